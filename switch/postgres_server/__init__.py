"""The PostgreSQL server that the switch brings along, for a machine that has none."""

from switch.postgres_server.binaries import NoPostgres
from switch.postgres_server.cluster import WrongVersion
from switch.postgres_server.server import DataDirectoryInUse, PostgresServer, ServerFailed

__all__ = ["DataDirectoryInUse", "NoPostgres", "PostgresServer", "ServerFailed", "WrongVersion"]
