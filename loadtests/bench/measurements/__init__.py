"""The measurements: one file each, one function `measure` that returns its rows of the table."""
