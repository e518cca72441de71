"""Becomes another program that is told to stop when our parent dies; run as a script, never imported.

A script of its own, because code between fork and exec in the parent (`preexec_fn`) can deadlock a process with threads.
Arguments: parent's pid, signal, uid and gid (-1 to keep), then the program and its arguments.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, death_signal, uid, gid = (int(argument) for argument in sys.argv[1:5])
    program = sys.argv[5:]
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, death_signal)  # after setuid: the kernel forgets it when the identity changes
    if os.getppid() != parent:
        sys.exit("the parent died first")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and exec would hand that on
    os.execv(program[0], program)  # noqa: S606 - no shell on purpose; the caller gives the program's full path


if __name__ == "__main__":
    main()
