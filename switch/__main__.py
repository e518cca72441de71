"""`switch` and `python -m switch`: the command line."""

import errno
import faulthandler
import gc
import io
import os
import sys

from switch.cli import REFUSED_EXIT_CODE, Refusal, SettingsWrong, app, tell_refusal

GARBAGE_THRESHOLD = 50_000
"""New objects before the youngest are looked through: importing makes many, and all of them stay."""


def main() -> None:
    gc.set_threshold(GARBAGE_THRESHOLD)
    faulthandler.enable()  # a crash within a library says where
    _say_it_in_what_the_terminal_has()
    try:
        app(prog_name="switch")
    except SettingsWrong as wrong:
        sys.exit(f"إعدادات خاطئة · Wrong settings: {wrong}")
    except Refusal as refusal:  # of an argument, before there was a switch to ask
        tell_refusal(refusal)
        sys.exit(REFUSED_EXIT_CODE)
    except OSError as failed:
        if failed.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # else Python tries once more at its end
        sys.exit(f"لا يمكن الكتابة · Cannot be written: {failed.strerror}")


def _say_it_in_what_the_terminal_has() -> None:
    """Arabic where the encoding of this terminal or pipe has it; else its code points, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


if __name__ == "__main__":
    main()
