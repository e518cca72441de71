"""The switch's key in a token (SoftHSM): made there, never out of it, and everything that the switch signs is good."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from switch.bootstrap.opening import load_switch_key
from switch.settings import Settings, SettingsWrong
from switch.signatures import KeyUnusable, TokenKey, generate_key
from switch.signatures.notes import verifying_key_of

pytest.importorskip("pkcs11", reason="the extra switch[pkcs11] is not installed")
MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/local/lib/softhsm/libsofthsm2.so")
PIN = "471108153"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    module = next((Path(path) for path in MODULES if Path(path).exists()), None)
    if module is None or which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed; .ci/run installs it where it may")
    (tmp_path / "tokens").mkdir()
    config = tmp_path / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(config))
    made = ["softhsm2-util", "--init-token", "--free", "--label", "switch", "--pin", PIN, "--so-pin", "0815"]
    subprocess.run(made, check=True, capture_output=True)
    pin = tmp_path / "pin"
    pin.write_text(PIN + "\n")
    pin.chmod(0o600)
    return Settings(data=tmp_path / "data", pkcs11_module=module, pkcs11_pin_file=pin)


def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: a library of tokens is loaded once, with the tokens that there are then."""
    return subprocess.run(
        [sys.executable, *words], env={**os.environ, **settings.environment()}, capture_output=True, text=True, check=False, timeout=60
    )


SIGNS = """
from switch.bootstrap.opening import load_switch_key
from switch.settings import load_settings
from switch.signatures.notes import verifying_key_of
key = load_switch_key(load_settings())
public = verifying_key_of(key)
signed = [key.sign(b"message %d" % number) for number in range(20)]
assert all(public.verify(signature, b"message %d" % number) and len(signature) == 64 for number, signature in enumerate(signed))
assert not public.verify(signed[0], b"another message")
print(type(key).__name__, key.algorithm, public.pem())
"""


def test_the_key_is_made_in_the_token_and_signs_from_there(settings: Settings) -> None:
    made = command(settings, "-m", "switch", "keys", "init")
    assert (made.returncode, "token switch" in made.stdout) == (0, True), made.stderr
    assert command(settings, "-m", "switch", "keys", "init").returncode == 0
    assert not (settings.keys / "switch.pem").exists()

    signs = command(settings, "-c", SIGNS)
    assert signs.returncode == 0, signs.stderr
    assert signs.stdout.startswith(f"{TokenKey.__name__} ecdsa-p256-sha256")
    assert (settings.keys / "switch.pub").read_text() in signs.stdout
    shown = command(settings, "-m", "switch", "keys", "show")
    assert (settings.keys / "switch.pub").read_text().strip() in shown.stdout


def test_a_token_that_cannot_be_used_is_told_without_its_pin(settings: Settings) -> None:
    missing = command(settings, "-c", SIGNS)
    assert "there is no key pair switch-main" in missing.stderr
    assert settings.pkcs11_pin_file is not None
    settings.pkcs11_pin_file.write_text("1234")
    wrong = command(settings, "-m", "switch", "keys", "init")
    assert (wrong.returncode, "PinIncorrect" in wrong.stderr, "1234" in wrong.stderr) == (1, True, False), wrong.stderr


def test_a_key_or_pin_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    settings.keys.mkdir()
    path = settings.keys / "switch.pem"
    path.write_bytes(generate_key("switch:main").pem())
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(SettingsWrong, match="chmod 600"):
            load_switch_key(settings)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert verifying_key_of(load_switch_key(settings)).keyid == "switch:main"


def test_without_its_library_a_token_is_told(tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    pin.write_text(PIN)
    pin.chmod(0o600)
    with pytest.raises(KeyUnusable):
        load_switch_key(Settings(data=tmp_path, pkcs11_module=tmp_path / "none.so", pkcs11_pin_file=pin))
