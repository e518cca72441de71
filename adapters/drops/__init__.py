"""Drops: where issued files lie."""
