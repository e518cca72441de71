"""`switch` and `python -m switch`: the command line."""

import sys

from switch.cli import SettingsWrong, app


def main() -> None:
    try:
        app(prog_name="switch")
    except SettingsWrong as wrong:
        sys.exit(f"إعدادات خاطئة · Wrong settings: {wrong}")


if __name__ == "__main__":
    main()
