"""What routes ask for: the switch itself."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.types import Scope

from switch.application import Switch

SWITCH = "switch.itself"
"""In the scope: the routes are the same for every switch."""


def switch_of(scope: Scope) -> Switch:
    switch: Switch = scope[SWITCH]
    return switch


async def _switch(request: Request) -> Switch:
    return switch_of(request.scope)


TheSwitch = Annotated[Switch, Depends(_switch)]
