"""Jobs: what the worker does on its own, by a table of when and what."""
