"""Layouts of statements that come in, beside our own `csv-1`: each participant's as its own software writes it."""
