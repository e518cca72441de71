"""The posting lane: many commands, one short transaction; and gathering: many questions, one round trip."""
