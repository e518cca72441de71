"""Building blocks of several adapters: pure, without any wire or disk."""
