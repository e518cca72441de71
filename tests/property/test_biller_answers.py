"""Whatever stands in a signed answer of a biller, nothing is raised, and only what is wholly right is a yes or a no."""

import asyncio
import contextlib
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.billers.json_http import JsonBiller
from adapters.codecs.strict_json import Malformed, json_object
from adapters.transports.connections import Connections
from adapters.transports.guarded import GuardedHosts
from adapters.transports.signed_calls import SignedCalls
from switch.domain.bills import Presentment
from switch.domain.networks import THIS_MACHINE
from switch.domain.outcomes import Accepted, NotFound, Outcome, Refused, Unknown
from switch.signatures import generate_key
from tests.contract.conftest import SERVICE, payment
from tests.contract.lines import BILLER, Line, accepted
from tests.contract.played import played

KEYS = {"switch": generate_key("switch:main"), BILLER: generate_key(f"{BILLER}:main")}
ORDER = payment()
RIGHT = accepted(ORDER, reason="other", response_code="R05", service_code=SERVICE, customer_reference="100452371", bills=[])

scalars = (
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=12) | st.sampled_from(sorted(map(str, RIGHT.values())))
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6
)
outcomes = st.sampled_from(["accepted", "refused", "presented", "not_found", "reversed"])
changes = st.dictionaries(st.sampled_from(sorted(RIGHT)), values, max_size=3)
statuses = st.sampled_from([200, 200, 200, 201, 307, 404, 422, 500, 503])


async def answers(document: dict[str, Any], status: int) -> list[Any]:
    calls = SignedCalls(KEYS["switch"], {KEYS[BILLER].keyid: KEYS[BILLER].verifying_key()}.get, Connections(GuardedHosts(THIS_MACHINE)))
    line = Line(JsonBiller(calls), "json-1", KEYS)
    async with played(line.says(document, status)) as biller:
        at = line.at(biller.url)
        found = [
            await line.adapter.pay(at, ORDER, answer_seconds=5),
            await line.adapter.enquire(at, ORDER.payment_id, answer_seconds=5, ordered=ORDER.request.amount),
            await line.adapter.inquire(at, SERVICE, "100452371", answer_seconds=5),
        ]
    calls.connections.close()
    return found


def is_for_the_order(document: dict[str, Any]) -> bool:
    return all(document.get(field) == RIGHT[field] for field in ("payment_id", "amount", "currency"))


@settings(max_examples=150, deadline=None)
@given(outcome=outcomes, changed=changes, status=statuses)
def test_only_what_is_wholly_right_is_an_outcome(outcome: str, changed: dict[str, Any], status: int) -> None:
    document = {**RIGHT, "outcome": outcome, **changed}
    paid, found, presented = asyncio.run(answers(document, status))
    assert isinstance(paid, Outcome)
    assert isinstance(found, Accepted | Refused | NotFound | Unknown)
    assert isinstance(presented, Presentment | Refused | Unknown)
    if isinstance(paid, Accepted):
        assert status == 200
        assert document["outcome"] == "accepted"
        assert is_for_the_order(document)
    if isinstance(paid, Refused):
        assert status in (200, 404, 422)
        assert document["outcome"] == "refused"
        assert is_for_the_order(document)
    if not changed and status == 200 and outcome == "accepted":
        assert paid == found == Accepted("E-77")


@given(body=st.binary(max_size=200) | st.text(max_size=100).map(str.encode) | values.map(lambda value: orjson.dumps(str(value))))
def test_a_body_is_an_object_or_malformed(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(json_object(body), dict)


def test_depth_is_no_way_to_harm() -> None:
    for hostile in (b"[" * 200_000, b'{"a":' * 100_000, b'{"a":1e999}', b'{"a":' + b"9" * 5_000 + b"}", b'{"a":NaN}'):
        with pytest.raises(Malformed):
            json_object(hostile)
