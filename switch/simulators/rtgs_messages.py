"""Messages of the pretend RTGS in ISO 20022, read and written as the central bank's own software would."""

from datetime import UTC, datetime
from typing import Any

from lxml import etree

from switch.domain.money import Money, parse_amount
from switch.simulators.rtgs_books import Decision, Instruction, Leg

REQUEST, TRANSFERS = "pacs.029.001.02", "pacs.009.001.08"
QUESTION, ANSWER, STATEMENT = "pacs.028.001.03", "pacs.002.001.10", "camt.053.001.08"
SETTLEMENT_ACCOUNT = "SETTLEMENT"
_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"


class NotUnderstood(Exception):
    """The message is none that this RTGS takes."""


def read_message(content: bytes) -> tuple[str, Any]:
    """Which message it is, and its tree with plain names."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise NotUnderstood(str(fault)) from fault
    namespace, _, _ = str(root.tag).removeprefix("{").partition("}")
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return namespace.removeprefix(_NAMESPACE), root


def read_instruction(root: Any) -> Instruction:
    """Raises NotUnderstood."""
    try:
        records = root.findall("MulSttlmReq/SttlmReq/MvmntRcrd")
        currency = records[0].find("Amt/Amt").get("Ccy")
        total = parse_amount(root.findtext("MulSttlmReq/GrpHdr/CtrlSum"), currency).text()
        legs = tuple(_leg(record, currency) for record in records)
        identity, window = root.findtext("MulSttlmReq/GrpHdr/MsgId"), root.findtext("MulSttlmReq/SttlmReq/SttlmCycl")
        return Instruction(identity, window, currency, total, legs)
    except Exception as fault:
        raise NotUnderstood(type(fault).__name__) from fault


def read_transfers(root: Any) -> Instruction:
    """A batch over the settlement account, as the legs that it is made of. Raises NotUnderstood."""
    try:
        transfers = root.findall("FICdtTrf/CdtTrfTxInf")
        currency = transfers[0].find("IntrBkSttlmAmt").get("Ccy")
        legs = tuple(_transferred(transfer, currency) for transfer in transfers)
        stated = parse_amount(root.findtext("FICdtTrf/GrpHdr/CtrlSum"), currency).minor
        _require_batch(root.findtext("FICdtTrf/GrpHdr/BtchBookg"), stated, legs)
        total = Money(sum(leg.minor for leg in legs if leg.minor > 0), currency).text()
        return Instruction(root.findtext("FICdtTrf/GrpHdr/MsgId"), transfers[0].findtext("PmtId/EndToEndId"), currency, total, legs)
    except Exception as fault:
        raise NotUnderstood(type(fault).__name__) from fault


def _require_batch(booked_as_one: str | None, stated: int, legs: tuple[Leg, ...]) -> None:
    if booked_as_one != "true" or stated != sum(abs(leg.minor) for leg in legs):
        raise NotUnderstood("not one batch with its control sum")


def read_question(root: Any) -> tuple[str, str, str]:
    """The instruction that is asked after, the message that it was, and the question's own id."""
    about = root.findtext("FIToFIPmtStsReq/OrgnlGrpInf/OrgnlMsgNmId") or REQUEST
    asked, question = root.findtext("FIToFIPmtStsReq/OrgnlGrpInf/OrgnlMsgId"), root.findtext("FIToFIPmtStsReq/TxInf/StsReqId")
    if not asked or not question:
        raise NotUnderstood("a question without its ids")
    return asked, about, question


def answer(
    message_id: str, instruction_id: str, decision: Decision | None, question: str | None, at: datetime, about: str = REQUEST
) -> bytes:
    """What became of an instruction, by itself or to a question."""
    document, report = _document(ANSWER, "FIToFIPmtStsRpt")
    header = etree.SubElement(report, "GrpHdr")
    _leaf(header, "MsgId", message_id)
    _leaf(header, "CreDtTm", at.isoformat())
    original = etree.SubElement(report, "OrgnlGrpInfAndSts")
    _leaf(original, "OrgnlMsgId", instruction_id)
    _leaf(original, "OrgnlMsgNmId", about)
    if decision is not None:
        _leaf(original, "OrgnlNbOfTxs", str(len(decision.instruction.legs)))
        _leaf(original, "OrgnlCtrlSum", _control_sum(decision.instruction, about))
    status, reason = _status(decision, at)
    _leaf(original, "GrpSts", status)
    if reason is not None:
        _leaf(etree.SubElement(etree.SubElement(original, "StsRsnInf"), "Rsn"), "Prtry", reason[:35])
    transaction = etree.SubElement(report, "TxInfAndSts")
    if question is not None:
        _leaf(transaction, "StsId", question)
    _leaf(transaction, "OrgnlInstrId", instruction_id)
    _leaf(transaction, "TxSts", status)
    if decision is not None and status == "ACSC":
        _leaf(etree.SubElement(transaction, "FctvIntrBkSttlmDt"), "DtTm", decision.decided_at.isoformat())
        _leaf(transaction, "ClrSysRef", decision.rtgs_reference)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def statement(sequence: int, currency: str, day: str, settled: list[Decision], owner: str, at: datetime) -> bytes:
    """All that was settled on a day, one entry a leg; the balances of a settlement account are nothing, for legs sum to zero."""
    document, root = _document(STATEMENT, "BkToCstmrStmt")
    header = etree.SubElement(root, "GrpHdr")
    identity = f"{currency}-{day}-{sequence}"
    _leaf(header, "MsgId", identity)
    _leaf(header, "CreDtTm", at.isoformat())
    report = etree.SubElement(root, "Stmt")
    _leaf(report, "Id", identity)
    _leaf(report, "ElctrncSeqNb", str(sequence))
    _leaf(report, "CreDtTm", at.isoformat())
    account = etree.SubElement(report, "Acct")
    _leaf(etree.SubElement(etree.SubElement(account, "Id"), "Othr"), "Id", owner)
    _leaf(account, "Ccy", currency)
    for code in ("OPBD", "CLBD"):
        balance = etree.SubElement(report, "Bal")
        _leaf(etree.SubElement(etree.SubElement(balance, "Tp"), "CdOrPrtry"), "Cd", code)
        _leaf(balance, "Amt", Money(0, currency).text()).set("Ccy", currency)
        _leaf(balance, "CdtDbtInd", "CRDT")
        _leaf(etree.SubElement(balance, "Dt"), "Dt", day)
    for decision in settled:
        for leg in decision.instruction.legs:
            _entry(report, decision, leg)
    return etree.tostring(document, xml_declaration=True, encoding="UTF-8")


def _entry(report: Any, decision: Decision, leg: Leg) -> None:
    entry = etree.SubElement(report, "Ntry")
    _leaf(entry, "NtryRef", decision.instruction.instruction_id)
    _leaf(entry, "Amt", Money(abs(leg.minor), decision.instruction.currency).text()).set("Ccy", decision.instruction.currency)
    _leaf(entry, "CdtDbtInd", "DBIT" if leg.minor > 0 else "CRDT")
    _leaf(etree.SubElement(entry, "Sts"), "Cd", "BOOK")
    _leaf(etree.SubElement(entry, "BookgDt"), "DtTm", decision.decided_at.isoformat())
    _leaf(entry, "AcctSvcrRef", decision.rtgs_reference)
    _leaf(etree.SubElement(etree.SubElement(entry, "BkTxCd"), "Prtry"), "Cd", "settlement")
    details = etree.SubElement(etree.SubElement(entry, "NtryDtls"), "TxDtls")
    _leaf(etree.SubElement(details, "Refs"), "InstrId", decision.instruction.instruction_id)
    parties, side = etree.SubElement(details, "RltdPties"), "Dbtr" if leg.minor > 0 else "Cdtr"
    party = etree.SubElement(etree.SubElement(parties, side), "Pty")
    _leaf(etree.SubElement(etree.SubElement(etree.SubElement(party, "Id"), "OrgId"), "Othr"), "Id", leg.participant)
    if leg.account:
        kept = etree.SubElement(parties, f"{side}Acct")
        _leaf(etree.SubElement(etree.SubElement(kept, "Id"), "Othr"), "Id", leg.account)


def _status(decision: Decision | None, at: datetime) -> tuple[str, str | None]:
    if decision is None:
        return "RJCT", "UNKNOWN_INSTRUCTION"
    if at.astimezone(UTC) < decision.decided_at:
        return "PDNG", None
    return ("ACSC", None) if decision.rejected_because is None else ("RJCT", decision.rejected_because)


def _control_sum(instruction: Instruction, about: str) -> str:
    if about != TRANSFERS:
        return instruction.total
    return Money(sum(abs(leg.minor) for leg in instruction.legs), instruction.currency).text()


def _transferred(transfer: Any, currency: str) -> Leg:
    amount = transfer.find("IntrBkSttlmAmt")
    payer, payee = (transfer.findtext(f"{side}/FinInstnId/ClrSysMmbId/MmbId") for side in ("Dbtr", "Cdtr"))
    if amount.get("Ccy") != currency or (payer == SETTLEMENT_ACCOUNT) == (payee == SETTLEMENT_ACCOUNT):
        raise NotUnderstood("not a transfer over the settlement account")
    minor = parse_amount(amount.text, currency).minor
    owner, minor, side = (payee, -minor, "Cdtr") if payer == SETTLEMENT_ACCOUNT else (payer, minor, "Dbtr")
    bank, account = transfer.findtext(f"{side}Agt/FinInstnId/ClrSysMmbId/MmbId"), transfer.findtext(f"{side}Acct/Id/Othr/Id")
    return Leg(owner, minor, bank or "", account or "")


def _leg(record: Any, currency: str) -> Leg:
    amount = record.find("Amt/Amt")
    if amount.get("Ccy") != currency:
        raise NotUnderstood("two currencies in one instruction")
    minor = parse_amount(amount.text, currency).minor
    signed = {"DBIT": minor, "CRDT": -minor}[record.findtext("Amt/CdtDbt")]
    bank, account = record.findtext("SttlmAgt/Id/OrgId/Othr/Id"), record.findtext("PtcptAcct/Id/Othr/Id")
    return Leg(record.findtext("Ptcpt/Id/OrgId/Othr/Id"), signed, bank or "", account or "")


def _document(message: str, name: str) -> tuple[Any, Any]:
    names: Any = {None: _NAMESPACE + message}
    document = etree.Element(f"{{{_NAMESPACE}{message}}}Document", nsmap=names)
    return document, etree.SubElement(document, name)


def _leaf(parent: Any, name: str, text: str) -> Any:
    leaf = etree.SubElement(parent, name)
    leaf.text = text
    return leaf
