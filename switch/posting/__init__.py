"""The posting lane: many commands, one short transaction."""
