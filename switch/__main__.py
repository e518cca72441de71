"""`switch` and `python -m switch`: the command line."""

import faulthandler
import sys

from switch.cli import SettingsWrong, app


def main() -> None:
    faulthandler.enable()  # a crash within a library says where
    try:
        app(prog_name="switch")
    except SettingsWrong as wrong:
        sys.exit(f"إعدادات خاطئة · Wrong settings: {wrong}")


if __name__ == "__main__":
    main()
