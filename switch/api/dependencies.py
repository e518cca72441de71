"""What routes ask for: the switch itself."""

from typing import Annotated

from fastapi import Depends, Request

from switch.application import Switch


async def _switch(request: Request) -> Switch:
    switch: Switch = request.app.state.switch
    return switch


TheSwitch = Annotated[Switch, Depends(_switch)]
