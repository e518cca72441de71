"""Uploads the open bills of the pretend billers that answer no inquiries, over the API and signed by each biller."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.cli.sandbox.sandbox import Sandbox
from switch.cli.tls_files import client_tls
from switch.client import BillLine, SwitchClient
from switch.domain.calendar import local_date
from switch.domain.catalogue import Mode
from switch.simulators.bills import issued_bills
from switch.simulators.charging import ChargingBiller, shipped_billers
from switch.simulators.customers import customers

CUSTOMERS_OF_A_SERVICE = 100


def upload_open_bills(sandbox: Sandbox, of_each_service: int = CUSTOMERS_OF_A_SERVICE) -> None:
    """Again is harmless: what is there stays, what was paid stays paid."""
    settings = sandbox.settings
    answer_key = load_switch_public_key(settings)
    added = 0
    for biller in shipped_billers().values():
        lines = list(bill_lines(biller, of_each_service))
        if not lines or sandbox.stopping:
            continue
        tls = client_tls(settings, biller.code)
        with SwitchClient(settings.api_url, load_sandbox_key(settings, biller.code), answer_key, tls=tls) as client:
            added += sum(result["status"] == "added" for result in client.upload_bills(lines))
    sandbox.tell(f"bills: {added} newly uploaded")


def bill_lines(biller: ChargingBiller, of_each_service: int) -> Iterator[BillLine]:
    today = local_date(datetime.now(UTC))
    for service in biller.services.values():
        if service.mode is not Mode.UPLOADED:
            continue
        for customer_reference in itertools.islice(customers(service), of_each_service):
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
