"""`switch` and `python -m switch`: the command line."""

from switch.cli import app


def main() -> None:
    app(prog_name="switch")


if __name__ == "__main__":
    main()
