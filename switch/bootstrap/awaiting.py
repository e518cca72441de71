"""Awaiting the database, as after a power cut when everything starts at once: asked again until it is there, or the time is up."""

import asyncio
import time

from switch.bootstrap.opening import find_url
from switch.settings import Settings
from switch.store.database import LINE_TROUBLE, connect
from switch.store.revision import SchemaMismatch, require_current

_ASK_AGAIN_SECONDS = 0.05


async def await_database(settings: Settings, seconds: float) -> None:
    """Returns when it can be reached and has the schema that this program needs, at the latest after so long: whoever opens the
    switch then says what is wrong."""
    deadline = time.monotonic() + seconds
    database = connect(find_url(settings), pool_size=1)
    try:
        while time.monotonic() < deadline:
            try:
                async with database.reading() as connection:
                    await require_current(connection)
            except (*LINE_TROUBLE, SchemaMismatch):
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
            else:
                return
    finally:
        await database.close()
