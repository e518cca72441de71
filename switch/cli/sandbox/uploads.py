"""Uploads the open bills of the pretend billers that answer no inquiries, over the API and signed by each biller."""

from datetime import UTC, datetime

from switch.cli.key_files import load_sandbox_key, load_switch_public_key
from switch.cli.sandbox.sandbox import Sandbox
from switch.cli.tls_files import client_tls
from switch.client import SwitchClient
from switch.domain.calendar import local_date
from switch.simulators.charging import shipped_billers
from switch.simulators.uploads import open_bills

CUSTOMERS_OF_A_SERVICE = 100


def upload_open_bills(sandbox: Sandbox, of_each_service: int = CUSTOMERS_OF_A_SERVICE) -> None:
    """Again is harmless: what is there stays, what was paid stays paid."""
    settings = sandbox.settings
    answer_key = load_switch_public_key(settings)
    added, today = 0, local_date(datetime.now(UTC))
    for biller in shipped_billers().values():
        lines = list(open_bills(biller, of_each_service, today))
        if not lines or sandbox.stopping:
            continue
        tls = client_tls(settings, biller.code)
        with SwitchClient(settings.api_url, load_sandbox_key(settings, biller.code), answer_key, tls=tls) as client:
            added += sum(result["status"] == "added" for result in client.upload_bills(lines))
    sandbox.tell(f"bills: {added} newly uploaded")
