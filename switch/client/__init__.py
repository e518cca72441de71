"""The client: the switch's API for programs of banks, billers and staff; every request signed, no answer believed unsigned."""

from switch.client.answers import NotCertain, PaymentAnswer, Refused
from switch.client.asynchronous import AsyncSwitchClient
from switch.client.calls import Document
from switch.client.operations import new_key
from switch.client.orders import BillLine, PaymentOrder
from switch.client.patience import Patience
from switch.client.synchronous import SwitchClient

__all__ = [
    "AsyncSwitchClient",
    "BillLine",
    "Document",
    "NotCertain",
    "Patience",
    "PaymentAnswer",
    "PaymentOrder",
    "Refused",
    "SwitchClient",
    "new_key",
]
