"""Transports: how bytes travel; they know nothing of bills or payments."""
