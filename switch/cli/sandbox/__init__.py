"""The sandbox: a whole switch on one machine, with pretend banks, billers and RTGS, each a process of its own."""

from switch.cli.sandbox.place import CannotStart
from switch.cli.sandbox.sandbox import Sandbox

__all__ = ["CannotStart", "Sandbox"]
