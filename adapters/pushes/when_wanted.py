"""A sender that is made for the first push: its library is slow to import, and most processes never push."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from switch.domain.file_pushes import Pushed, PushPlace
from switch.ports import FileSender


class Sender(FileSender, Protocol):
    def close(self) -> None: ...


@dataclass
class WhenWanted:
    make: Callable[[], Sender]

    async def push(self, place: PushPlace, name: str, *, seconds: int) -> Pushed:
        return await self._sender.push(place, name, seconds=seconds)

    def close(self) -> None:
        if "_sender" in vars(self):
            self._sender.close()

    @cached_property
    def _sender(self) -> Sender:
        return self.make()
