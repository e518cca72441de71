"""Uploads: the bills that pretend billers hand in beforehand, where their services are of mode `uploaded`."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from switch.client import BillLine, SwitchClient
from switch.domain.catalogue import Mode
from switch.domain.identifiers import ParticipantCode
from switch.signatures import VerifyingKey
from switch.simulators.bills import issued_bills
from switch.simulators.charging import ChargedService, ChargingBiller, shipped_billers
from switch.simulators.customers import customers
from switch.simulators.serving import load_participant_key

Progress = Callable[[int, int], None]


def uploaded_lines(service: ChargedService, how_many: int, today: date) -> Iterator[BillLine]:
    """The bills of so many customers, the example of the service among them."""
    for customer_reference in itertools.islice(customers(service), how_many):
        for bill in issued_bills(service, customer_reference, today):
            yield BillLine(
                service_code=service.code,
                customer_reference=customer_reference,
                bill_number=bill.bill_number,
                amount=bill.due.text(),
                currency=bill.due.currency,
                rule=bill.rule,
                issued_on=bill.issued_on.isoformat(),
                due_on=bill.due_on.isoformat(),
                description_ar=bill.description.ar,
                description_en=bill.description.en,
            )


def open_bills(biller: ChargingBiller, of_each_service: int, today: date) -> Iterator[BillLine]:
    """Those of a biller that hands its bills in; none of one that is asked."""
    for service in biller.services.values():
        if service.mode is Mode.UPLOADED:
            yield from uploaded_lines(service, of_each_service, today)


def uploading_billers() -> dict[ParticipantCode, ChargingBiller]:
    return {
        code: biller
        for code, biller in shipped_billers().items()
        if any(service.mode is Mode.UPLOADED for service in biller.services.values())
    }


def upload_all(
    url: str, *, keys_folder: Path, switch_key: VerifyingKey, how_many: int, today: date, progress: Progress
) -> Counter[tuple[ParticipantCode, str]]:
    """How many lines came to what, by biller and status. The same again changes nothing. Raises what the client does."""
    counts: Counter[tuple[ParticipantCode, str]] = Counter()
    billers = uploading_billers()
    for done, (code, biller) in enumerate(billers.items()):
        progress(done, len(billers))
        key = load_participant_key(keys_folder, code)
        if key is None:
            continue
        with SwitchClient(url, key, switch_key) as client:
            counts.update((code, result["status"]) for result in client.upload_bills(open_bills(biller, how_many, today)))
    progress(len(billers), len(billers))
    return counts
