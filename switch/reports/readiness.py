"""Readiness: whether payments can be taken now."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from switch.store.database import Database

_ASK = text("SELECT count(*) FROM open_window")


@dataclass(frozen=True, slots=True)
class Readiness:
    database: Database

    async def missing(self) -> Literal["database", "open_window"] | None:
        """What is missing, or None."""
        try:
            async with self.database.reading() as connection:
                windows = (await connection.execute(_ASK)).scalar_one()
        except SQLAlchemyError:
            return "database"
        return None if windows else "open_window"
