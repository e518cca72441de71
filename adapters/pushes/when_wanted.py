"""A sender that is made for the first push: its library is slow to import, and most processes never push."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from switch.domain.file_pushes import Pushed, PushPlace
from switch.ports import FileSender


@dataclass
class WhenWanted:
    make: Callable[[], FileSender]

    async def push(self, place: PushPlace, name: str, *, seconds: int) -> Pushed:
        return await self._sender.push(place, name, seconds=seconds)

    @cached_property
    def _sender(self) -> FileSender:
        return self.make()
