"""The API for banks, billers and overseers: JSON over HTTP, every message signed both ways."""
