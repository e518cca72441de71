"""The stand-alone verifier of files, loaded from its one file as a person would run it."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PATH = Path(__file__).parent.parent / "deploy" / "verify_file.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_file", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["verify_file"] = module
    spec.loader.exec_module(module)
    return module


verify_file = load()
