"""A whole switch on a given database, with a biller and a clock of the test's own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from adapters.registry import open_adapters
from switch.application import Switch
from switch.bootstrap.wiring import Outside, make_switch
from switch.domain.admission import Stands
from switch.domain.identifiers import IdempotencyKey, InquiryId
from switch.domain.money import Money
from switch.domain.networks import THIS_MACHINE
from switch.domain.payments import Channel, Method, PaymentRequest
from switch.ports import Clock
from switch.reports.current_directory import CurrentDirectory
from switch.signatures import generate_key
from switch.store.database import connect
from tests.faults.booked_biller import DUE_MINOR, PROTOCOL, BookedBiller
from tests.seeded import BANK, SERVICE
from tests.vault_keys import use_test_vault

use_test_vault()


@asynccontextmanager
async def opened(url: str, biller: BookedBiller, clock: Clock, folder: Path) -> AsyncIterator[Switch]:
    database = connect(url)
    directory = CurrentDirectory(database)
    await directory.refresh()
    signer = generate_key("switch:main")
    adapters = open_adapters(
        signer=signer,
        find_key=lambda _: None,
        central_bank=lambda: None,
        networks=THIS_MACHINE,
        rtgs_url="http://127.0.0.1:9",
        files_directory=folder,
    )
    wired = replace(adapters, billers={PROTOCOL: biller})
    switch = make_switch(database, directory, Outside(clock, signer, wired, lambda: 500))
    try:
        yield switch
    finally:
        await switch.pay_batches.close()
        await switch.lane.close()
        await adapters.close()
        await database.close()


async def inquire_and_pay(switch: Switch, key: IdempotencyKey, kept: Path) -> Stands:
    """The bank keeps its inquiry in a file before it pays, so that whoever comes after a crash sends the very same order."""
    if (inquiry_id := _read(kept)) is None:
        inquiry_id = (await switch.inquire_bill(BANK, SERVICE, "100452371", Channel.MOBILE)).inquiry.inquiry_id
        _write(kept, inquiry_id)
    return await switch.pay_bill(
        PaymentRequest(
            bank=BANK,
            idempotency_key=key,
            service=SERVICE,
            customer_reference="100452371",
            amount=Money(DUE_MINOR, "SYP"),
            bank_reference="FT-1",
            channel=Channel.MOBILE,
            method=Method.ACCOUNT,
            inquiry_id=inquiry_id,
            bill_number="B1",
        )
    )


def _read(kept: Path) -> InquiryId | None:
    return InquiryId(UUID(kept.read_text())) if kept.exists() else None


def _write(kept: Path, inquiry_id: InquiryId) -> None:
    kept.write_text(str(inquiry_id))
