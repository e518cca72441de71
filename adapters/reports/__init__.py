"""Layouts of reports."""
