"""One command's session: a switch is made from the settings, used and closed; a refusal becomes words and an exit code."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from switch.application import Switch
from switch.bootstrap.opening import opened_switch
from switch.cli.audit import audited
from switch.cli.output import REFUSED_EXIT_CODE, tell_refusal
from switch.cli.reaching import reached
from switch.domain.errors import Refusal
from switch.settings import load_settings

T = TypeVar("T")


def run(work: Callable[[Switch], Awaitable[T]], *, examined: bool = False) -> T:
    """What `work` answers; `examined`: as for `opened_switch`.

    Raises typer.Exit(1) where the switch refuses, after saying why on standard error."""

    settings = load_settings()

    async def within() -> T:
        async with opened_switch(settings, examined=examined) as switch:
            return await audited(switch, work)

    try:
        with reached(settings):
            return asyncio.run(within())
    except Refusal as refusal:
        tell_refusal(refusal)
        raise typer.Exit(REFUSED_EXIT_CODE) from None
