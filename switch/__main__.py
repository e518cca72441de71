"""`switch` and `python -m switch`: the command line."""

import faulthandler
import gc
import sys

from switch.cli import REFUSED_EXIT_CODE, Refusal, SettingsWrong, app, tell_refusal

GARBAGE_THRESHOLD = 50_000
"""New objects before the youngest are looked through: importing makes many, and all of them stay."""


def main() -> None:
    gc.set_threshold(GARBAGE_THRESHOLD)
    faulthandler.enable()  # a crash within a library says where
    try:
        app(prog_name="switch")
    except SettingsWrong as wrong:
        sys.exit(f"إعدادات خاطئة · Wrong settings: {wrong}")
    except Refusal as refusal:  # of an argument, before there was a switch to ask
        tell_refusal(refusal)
        sys.exit(REFUSED_EXIT_CODE)


if __name__ == "__main__":
    main()
