"""The dependency rule holds: import-linter keeps every contract of pyproject.toml."""

import subprocess
import sys
from pathlib import Path


def test_every_import_contract_is_kept(project_root: Path) -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    run = subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
