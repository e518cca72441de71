"""Reports: questions, each read-only SQL that gives small values; nothing here changes anything."""
