"""What every contract test needs: the keys of all sides, and the registry's adapters that know them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.registry import Adapters, open_adapters
from switch.domain.fees import NO_FEES
from switch.domain.identifiers import IdempotencyKey, ParticipantCode, PaymentId, ServiceCode, bucket_of_customer, bucketed_id
from switch.domain.money import Money
from switch.domain.networks import THIS_MACHINE
from switch.domain.payments import Channel, Method, Payment, PaymentRequest, PaymentState
from switch.signatures import SigningKey, generate_key
from tests.contract.lines import BILLER, PROTOCOLS, Line

STRANGER, CENTRAL_BANK = ParticipantCode("200027"), ParticipantCode("900025")
SERVICE = ServiceCode("200019011")


@pytest.fixture(scope="session")
def keys() -> dict[str, SigningKey]:
    """By participant; `retired` was the biller's once and is not registered any more."""
    named: dict[str, SigningKey] = {code: generate_key(f"{code}:main") for code in (BILLER, STRANGER, CENTRAL_BANK)}
    return {**named, "switch": generate_key("switch:main"), "retired": generate_key(f"{BILLER}:old")}


@pytest.fixture
async def adapters(keys: dict[str, SigningKey], tmp_path: Path, rtgs_url: str) -> AsyncIterator[Adapters]:
    known = {keys[code].keyid: keys[code].verifying_key() for code in (BILLER, STRANGER, CENTRAL_BANK)}
    opened = open_adapters(
        signer=keys["switch"],
        find_key=known.get,
        central_bank=lambda: CENTRAL_BANK,
        networks=THIS_MACHINE,
        rtgs_url=rtgs_url,
        files_directory=tmp_path,
    )
    yield opened
    await opened.close()


@pytest.fixture
def rtgs_url() -> str:
    """Nobody listens there; the tests of the RTGS say where it is."""
    return "http://127.0.0.1:9"


@pytest.fixture(params=PROTOCOLS)
def line(request: pytest.FixtureRequest, adapters: Adapters, keys: dict[str, SigningKey]) -> Line:
    return Line(adapters.billers[request.param], request.param, keys)


def payment(amount: str = "81.43", bill_number: str | None = "2611-000001", customer_reference: str = "100452371") -> Payment:
    now = datetime.now(UTC)
    request = PaymentRequest(
        bank=ParticipantCode("100010"),
        idempotency_key=IdempotencyKey("contract-0001"),
        service=SERVICE,
        customer_reference=customer_reference,
        amount=Money(int(amount.replace(".", "")), "SYP"),
        bank_reference="B-1",
        channel=Channel.MOBILE,
        method=Method.ACCOUNT,
        bill_number=bill_number,
    )
    return Payment(
        payment_id=PaymentId(bucketed_id(bucket_of_customer(SERVICE, customer_reference), now)),
        request=request,
        request_digest=request.digest(),
        biller=BILLER,
        fees=NO_FEES,
        tariff_id=None,
        state=PaymentState.RESERVED,
        reserved_at=now,
        certain_by=now,
        next_attempt_at=now,
    )
