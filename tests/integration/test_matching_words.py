"""The database and the domain mean the same: two ways of writing one word, and the bucket that an id carries."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from switch.domain.booked_statements import made_up_payment_id
from switch.domain.identifiers import bucket_for, bucket_of, bucketed_id
from switch.domain.texts import NOT_HEARD, for_matching
from switch.store.database import Database, connect
from tests.seeded import START, one

WRITTEN = [
    "",
    " a  b ",
    "مُحَمَّد",
    "مـــحمد",
    "إأآٱا",
    "فاتورة ٤٥٦",
    "۴۵۶",
    "مؤسسة الكهرباء",
    "على",
    "علی",
    "شیء",
    "ﻓﺎﺗﻮﺭﺓ",
    "ＦＴ１２",
    NOT_HEARD,
    "A-1/٢",
]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = connect(database_url)
    yield database
    await database.close()


async def test_two_ways_of_writing_the_same_are_the_same_to_both(database: Database) -> None:
    for written in WRITTEN:
        assert (await one(database, "SELECT for_matching(:written)", written=written))[0] == for_matching(written), written
    assert for_matching("مـُحمّد ١٢") == for_matching("محمد 12")
    assert for_matching("فاتورة") == for_matching("ﻓﺎﺗﻮﺭﻩ")
    assert for_matching("أحمد") != for_matching("حامد")


async def test_the_bucket_of_an_id_is_the_same_to_both(database: Database) -> None:
    for number in range(50):
        bucket = bucket_for("200019011", str(number))
        payment_id = bucketed_id(bucket, START)
        assert (await one(database, "SELECT bucket_of(:id)", id=payment_id))[0] == bucket == bucket_of(payment_id)


def test_a_made_up_id_is_that_of_no_payment() -> None:
    assert made_up_payment_id(7, 1) == made_up_payment_id(7, 1) != made_up_payment_id(7, 2)
    assert made_up_payment_id(7, 1).version == 8
    assert UUID(str(bucketed_id(1, START))).version == 7
