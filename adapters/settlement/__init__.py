"""Settlement banks: one RTGS protocol a file."""
