"""Every dependency has its reason written down and its exact version, with a hash, in the lock."""

import re
import tomllib

from tests.architecture.sources import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def asked_for() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    return {re.split(r"[>=<]", line)[0] for line in lines}


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| ([a-z0-9\[\]-]+) \| \S", text, re.MULTILINE)) - {"package"} == asked_for()


def test_the_lock_is_complete() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCK, re.MULTILINE))
    assert {re.sub(r"\[.*\]", "", name) for name in asked_for()} <= locked


def test_everything_locked_has_a_hash_and_no_address() -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK)[1:]
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in LOCK
    assert "--index-url" not in LOCK
    assert "--find-links" not in LOCK
