"""The store: rows in, domain values out; it decides nothing."""
