"""The RTGS over ISO 20022: signed messages, exchanged through folders (docs/rtgs-protocol.md)."""

from adapters.settlement.iso20022.exchange import Exchange
from adapters.settlement.iso20022.forms import FORMS
from adapters.settlement.iso20022.rtgs import MESSAGES, Iso20022Rtgs

__all__ = ["FORMS", "MESSAGES", "Exchange", "Iso20022Rtgs"]
