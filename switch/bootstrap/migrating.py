"""Migrating the database that the settings name, and looking at what its schema is."""

from sqlalchemy.exc import OperationalError

from switch.bootstrap.opening import find_url
from switch.settings import Settings
from switch.store.database import connect
from switch.store.migration import DatabaseUnreachable, Schema, migrate, schema_of


def migrate_database(settings: Settings) -> None:
    """Up to the revision that this program needs. Raises DatabaseUnreachable."""
    migrate(find_url(settings))


async def look_at_schema(settings: Settings) -> Schema:
    """Raises DatabaseUnreachable."""
    database = connect(find_url(settings), pool_size=1)
    try:
        async with database.reading() as connection:
            return await schema_of(connection)
    except OperationalError as error:
        raise DatabaseUnreachable() from error
    finally:
        await database.close()
