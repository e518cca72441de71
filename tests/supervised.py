"""Processes as the operating system sees them: which one a supervisor has noted, and whether it runs."""

from pathlib import Path


def pid_in(folder: Path, name: str) -> int:
    return int((folder / f"{name}.pid").read_text())


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
