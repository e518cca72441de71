"""Files: one layout a file."""
