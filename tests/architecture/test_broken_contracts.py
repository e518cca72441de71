"""Every import contract can fail: a small tree with all the layers, one wrong import each, and the contract that must break."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LAYERS = (
    "__main__", "cli", "bootstrap", "simulators", "api", "jobs", "sftp", "application", "usecases", "reports", "posting", "store",
    "client", "ports", "telemetry", "settings", "signatures", "certificates", "postgres_server", "processes",
    "fail_points", "domain",
)  # fmt: skip
KINDS = ("billers", "files", "reports", "settlement")

# the contract that breaks, the file, its wrong import
VIOLATIONS = [
    ("Imports point down", "switch/domain/bills.py", "import switch.ports"),
    ("Imports point down", "switch/undeclared.py", ""),
    ("Imports point down", "switch/usecases/pay_bill.py", "import switch.reports"),
    ("Adapters know", "adapters/billers/one.py", "import switch.store"),
    ("Only bootstrap knows", "switch/api/payments.py", "import adapters.billers.one"),
    ("Settings are read", "switch/api/payments.py", "import switch.settings"),
    ("Simulators are the other side", "switch/simulators/biller.py", "import switch.store"),
    ("Biller adapters", "adapters/billers/one.py", "import adapters.billers.other"),
    ("File layouts", "adapters/files/one.py", "import adapters.files.other"),
    ("Layouts of reports", "adapters/reports/one.py", "import adapters.reports.other"),
    ("Settlement banks", "adapters/settlement/one.py", "import adapters.settlement.other"),
    ("The domain is", "switch/domain/bills.py", "import pydantic"),
    ("Use cases know neither", "switch/usecases/pay_bill.py", "import sqlalchemy"),
    ("Only use cases and reports", "switch/api/payments.py", "import switch.store"),
]


@pytest.fixture
def tree(tmp_path: Path, project_root: Path) -> Iterator[Path]:
    for folder in ("switch", "adapters", *(f"switch/{layer}" for layer in LAYERS), *(f"adapters/{kind}" for kind in KINDS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "__init__.py").touch()
    for kind in KINDS:
        for name in ("one", "other"):
            (tmp_path / "adapters" / kind / f"{name}.py").touch()
    shutil.copy(project_root / "pyproject.toml", tmp_path)
    yield tmp_path
    shutil.rmtree(tmp_path)


def lint_imports(tree: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PYTHONPATH": str(tree), "COLUMNS": "200"}  # wide enough for a contract's name to stay on its line
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False, timeout=60).stdout


def test_the_bare_tree_is_in_order(tree: Path) -> None:
    assert "0 broken." in lint_imports(tree)


def test_a_cycle_is_seen(tree: Path) -> None:
    for one, other in (("payments", "bills"), ("bills", "payments")):
        (tree / "switch" / "domain" / f"{one}.py").write_text(f"import switch.domain.{other}\n")
    assert "No cycles anywhere BROKEN" in lint_imports(tree)


@pytest.mark.parametrize(("contract", "file", "wrong"), VIOLATIONS)
def test_a_wrong_import_breaks_its_contract(tree: Path, contract: str, file: str, wrong: str) -> None:
    (tree / file).write_text(f"{wrong}\n")
    broken = [line for line in lint_imports(tree).splitlines() if line.endswith("BROKEN")]
    assert any(line.startswith(contract) for line in broken), broken
