"""The proof that a figure is worth something: a durable server, and every acknowledged payment in the books at the end."""

import psycopg

from loadtests.bench.machine import SETTINGS
from loadtests.bench.place import BooksDoNotVerify, Place
from switch.bootstrap.opening import DATABASE_NAME

MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit")


class NotDurable(Exception):
    """Figures of a server that may lose what it has said are not figures."""


def server_settings(place: Place) -> dict[str, str]:
    """Raises NotDurable."""
    with connected(place) as connection:
        rows = connection.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", (list(SETTINGS),)).fetchall()
    found = {str(name): str(setting) for name, setting in rows}
    if any(found[name] != "on" for name in MUST_BE_ON):
        raise NotDurable(str(found))
    return found


def missing(place: Place) -> set[str]:
    """Acknowledged payments that are not in the books as completed (I1)."""
    with connected(place) as connection:
        rows = connection.execute("SELECT payment_id::text FROM payment WHERE state = 'COMPLETED'").fetchall()
    return place.acknowledged - {str(row[0]) for row in rows}


def prove(place: Place) -> int:
    """Returns how many rows were looked at. Raises BooksDoNotVerify, also where an acknowledged payment is missing."""
    lost = missing(place)
    rows = sum(int(check["rows"]) for check in place.verify()["checks"])
    if lost:
        raise BooksDoNotVerify(f"{len(lost)} acknowledged payments are not in the books as completed, such as {min(lost)}")
    return rows


def connected(place: Place) -> psycopg.Connection:
    return psycopg.connect(place.server.url_of(DATABASE_NAME).replace("postgresql+psycopg", "postgresql"), autocommit=True)
