"""Codecs: bytes to values and back; pure, and used by several adapters."""
