"""The machine and the versions under which the figures were made: a figure without them says nothing."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from switch.postgres_server.binaries import find_binaries

PACKAGES = ("fastapi", "uvicorn", "uvloop", "httptools", "pydantic", "sqlalchemy", "psycopg", "cryptography", "orjson")
SETTINGS = ("fsync", "full_page_writes", "synchronous_commit", "shared_buffers", "wal_level", "max_wal_size")


def describe(folder: Path, server_settings: dict[str, str]) -> dict[str, Any]:
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
        "system": platform.platform(),
        "file_system": _file_system(folder),
        "load_average_before": os.getloadavg(),
        "python": platform.python_version(),
        "postgresql": _output([str(find_binaries() / "postgres"), "--version"]),
        "postgresql_settings": server_settings,
        "packages": {package: version(package) for package in PACKAGES},
        "commit": _output(["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"]),
    }


def _cpu_model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _file_system(folder: Path) -> str:
    """Its type: on one that is in memory fsync costs nothing, and the figures would lie."""
    return _output(["stat", "--file-system", "--format=%T", str(folder)])


def _output(argv: list[str]) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return "not known"
