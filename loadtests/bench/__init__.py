"""The bench: every goal for speed, each beside its reference in the same run, on a durable server of its own."""
