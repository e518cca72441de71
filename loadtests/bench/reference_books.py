"""The reference's own books: a copy of the switch's database on the same server, so that plain SQL cannot spoil what is verified."""

import psycopg
from psycopg import sql

from loadtests.bench.pgbench import script
from loadtests.bench.place import Place
from switch.bootstrap.opening import DATABASE_NAME

REFERENCE = "reference"
BILL_SERVICE = "200043011"
MOST_PER_SECOND = 8_000
"""Bills are made for so many payments a second of a run."""


class ReferenceBooks:
    """Made anew, with the switch not running; `bills_for` says where a run begins to count."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._next = 1
        place.server.drop_database(REFERENCE)
        place.server.create_database(REFERENCE, template=DATABASE_NAME)
        with self._connected() as connection:
            connection.execute("CREATE TABLE reference_bank (place integer PRIMARY KEY, bank_code text NOT NULL)")
            for number, bank in enumerate(place.banks):
                connection.execute("INSERT INTO reference_bank VALUES (%s, %s)", (number, bank))

    def bills_for(self, seconds: int) -> int:
        """New open bills for one run; returns the number of the first."""
        first, count = self._next, seconds * MOST_PER_SECOND
        self._next += count
        with self._connected() as connection:
            connection.execute(
                """
                INSERT INTO bill (bucket, service_code, customer_pseudonym, bill_number, amount_minor, currency, rule, uploaded, held_minor,
                    paid_minor, withdrawn, digest)
                SELECT n %% 1024, %s, (100000000 + n)::text, 'R-1', 100000, 'SYP', 'exact', true, 0, 0, false, sha256('')
                FROM generate_series(%s::bigint, %s::bigint) AS n
                """,
                (BILL_SERVICE, first, first + count - 1),
            )
            connection.execute(sql.SQL("ANALYZE bill"))
        return first

    def _connected(self) -> psycopg.Connection:
        url = self._place.server.url_of(REFERENCE).replace("postgresql+psycopg", "postgresql")
        return psycopg.connect(url, autocommit=True)


def in_one_transaction() -> str:
    """Reserve and conclude, as where there is nobody to ask."""
    return script("reserve") + script("conclude")


def in_two_transactions() -> str:
    """Reserve, then conclude, as where the biller is asked between them."""
    return script("reserve") + "COMMIT;\nBEGIN;\n" + script("conclude")
