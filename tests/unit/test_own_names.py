"""Own names of the switch: how they are written, and who must have them."""

from pathlib import Path

import pytest

from switch.bootstrap.tls import find_names
from switch.domain.own_names import read_names
from switch.settings import Settings, SettingsWrong, load_settings

LISTED = "Switch.Example.SY, 10.20.0.7:8443,[fd12::7]"


@pytest.mark.parametrize(
    "authority", ["switch.example.sy", "switch.example.sy:443", "switch.example.sy:8443", "10.20.0.7:8443", "[fd12::7]", "[fd12::7]:8443"]
)
def test_a_name_is_ours_at_every_port_or_at_the_one_that_it_has(authority: str) -> None:
    assert read_names(LISTED).include(authority)


@pytest.mark.parametrize(
    "authority",
    [
        "",
        "10.20.0.7",
        "10.20.0.7:443",
        "practice.example.sy",
        "switch.example.sy.evil.example",
        "xswitch.example.sy",
        "fd12::7",
        "[fd12::7]:x",
    ],
)
def test_another_name_is_not(authority: str) -> None:
    assert not read_names(LISTED).include(authority)


def test_without_names_everybodys_are_ours() -> None:
    assert read_names("").include("whatever.example")


@pytest.mark.parametrize("text", ["https://switch.example.sy", "switch.example.sy/", "a,,b", "two words", "switch:port", "اسم"])
def test_what_is_no_name_is_refused_at_the_start(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCH_NAMES", text)
    with pytest.raises(SettingsWrong, match="SWITCH_NAMES"):
        load_settings()


def test_only_a_sandbox_goes_without_names(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    with pytest.raises(SettingsWrong, match="SWITCH_NAMES"):
        find_names(settings)
    assert not find_names(settings.model_copy(update={"names": "switch.example.sy"})).include("practice.example.sy")
    settings.sandbox_keys.mkdir(parents=True)
    assert find_names(settings).include("127.0.0.1:8080")
