"""The RTGS over ISO 20022: `pacs.029`, `pacs.028`, `pacs.002` and `camt.053`, signed, exchanged through folders (docs/rtgs-protocol.md)."""

from adapters.settlement.iso20022.exchange import Exchange
from adapters.settlement.iso20022.rtgs import MESSAGES, Iso20022Rtgs

__all__ = ["MESSAGES", "Exchange", "Iso20022Rtgs"]
