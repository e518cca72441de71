"""Simulators: the other side of the wire, for the sandbox, the demo and the tests; processes of their own with books of their own."""
