"""Billers: one protocol a file."""
