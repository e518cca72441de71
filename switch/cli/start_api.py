"""`python -m switch.cli.start_api FD MEMORY NUMBER` starts one process of the API, on what `switch serve` has handed on.

A file of its own, so that no garbage is looked for while the rest is imported: a fifth of the start.
"""

import faulthandler
import gc
import socket
import sys

import typer


def main() -> None:
    faulthandler.enable()
    gc.disable()  # until it serves: `serve_socket` sets how often
    from switch.api.accepting import Shares  # noqa: PLC0415 - only now, see above
    from switch.cli.api_process import serve_socket  # noqa: PLC0415 - only now, see above
    from switch.settings import load_settings  # noqa: PLC0415 - only now, see above

    try:
        serve_socket(load_settings(), socket.socket(fileno=int(sys.argv[1])), Shares(int(sys.argv[2]), int(sys.argv[3])))
    except typer.Exit as told:
        sys.exit(told.exit_code)


if __name__ == "__main__":
    main()
