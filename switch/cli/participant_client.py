"""A client of the API for commands: signs as a participant of the sandbox; a refusal becomes words and an exit code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from switch.cli.key_files import NoKey, load_sandbox_key, load_switch_public_key
from switch.cli.output import REFUSED_EXIT_CODE, language
from switch.cli.tls_files import client_tls
from switch.client import NotCertain, Refused, SwitchClient
from switch.settings import Settings, load_settings

As = Annotated[str, typer.Option("--as", metavar="CODE", help="National code of the participant whose sandbox key signs.")]


@contextmanager
def client_as(code: str) -> Iterator[SwitchClient]:
    """Raises typer.Exit(1), after saying why on standard error, for whatever keeps the switch from doing what was asked."""
    settings = load_settings()
    with keys_needed(), _opened(settings, code) as client:
        try:
            yield client
        except Refused as refused:
            _fail(_in_words(refused))
        except NotCertain as doubt:
            _fail(_not_certain(doubt, settings, code))


def _opened(settings: Settings, code: str) -> SwitchClient:
    key, answer_key = load_sandbox_key(settings, code), load_switch_public_key(settings)
    return SwitchClient(settings.api_url, key, answer_key, tls=client_tls(settings, code))


@contextmanager
def keys_needed() -> Iterator[None]:
    try:
        yield
    except NoKey as missing:
        _fail(
            f"لا مفتاح في {missing.path}؛ شغّل `switch run` أولاً · There is no key at {missing.path};"
            " keys of the sandbox are made by `switch run`"
        )


def _in_words(refused: Refused) -> str:
    detail = "detail_ar" if language.get() == "ar" else "detail"
    return f"{refused.problem.get(detail, '')} ({refused.code})"


def _not_certain(doubt: NotCertain, settings: Settings, code: str) -> str:
    said = f"لا جواب مؤكد من {settings.api_url} · No certain answer from {settings.api_url}: {doubt.why}"
    return said if doubt.key is None else f"{said}\n  switch bank status --as {code} --key {doubt.key}"


def _fail(why: str) -> None:
    typer.echo(why, err=True)
    raise typer.Exit(REFUSED_EXIT_CODE)
