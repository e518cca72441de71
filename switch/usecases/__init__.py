"""Use cases: one verb a file; each reads like the story of what the switch does."""
