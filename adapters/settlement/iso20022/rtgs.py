"""The RTGS over ISO 20022 files: sends once under one id, asks again with a question of its own, believes only what is signed and fits."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from adapters.codecs.iso20022 import Messages
from adapters.codecs.strict_json import Malformed
from adapters.settlement.iso20022.exchange import Exchange
from adapters.settlement.iso20022.forms import FORMS, Form
from adapters.settlement.iso20022.messages import ANSWER, QUESTION, Heard, Word, question_message, read_answer
from adapters.settlement.iso20022.statements import STATEMENT, read_statement
from switch.domain.outcomes import Unknown
from switch.domain.rtgs_statements import RtgsStatement
from switch.domain.settlement import SettlementAnswer, SettlementInstruction, SettlementStatus, require_zero_sum

MESSAGES = (*(form.message for form in FORMS.values()), QUESTION, ANSWER, STATEMENT)
ANSWER_SECONDS = 20.0
LOOK_EVERY_SECONDS = 0.2
CONTRADICTED = "the RTGS has given answers that contradict one another"
_ID = re.compile(r"[A-Za-z0-9-]{1,28}", re.ASCII)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Iso20022Rtgs:
    exchange: Exchange
    messages: Messages
    form: Form = FORMS["pacs.029"]
    answer_seconds: float = ANSWER_SECONDS
    now: Callable[[], datetime] = _now

    async def instruct(self, instruction: SettlementInstruction) -> SettlementAnswer | Unknown:
        try:
            require_zero_sum(instruction.legs)
            await asyncio.to_thread(self._send, instruction)
            return await self._wait(instruction.instruction_id, None)
        except Malformed as malformed:
            return Unknown(str(malformed))
        except Exception as fault:  # noqa: BLE001 - the edge: what we failed to send or read is not known
            return Unknown(type(fault).__name__)

    async def enquire(self, instruction: SettlementInstruction, *, anew: bool = False) -> SettlementAnswer | Unknown:
        """A question of its own each time, so that an old “never seen” is not taken for a new one.

        `anew`, and where final answers contradict one another, only the answer to the question just asked counts.
        """
        instruction_id = instruction.instruction_id
        try:
            _require_id(instruction_id)
            if not anew and (found := _final(await asyncio.to_thread(self._heard, instruction_id))) is not None:
                return found
            question = await asyncio.to_thread(self._ask, instruction_id)
            return await self._wait(instruction_id, question, anew=anew)
        except Malformed as malformed:
            return Unknown(str(malformed))
        except Exception as fault:  # noqa: BLE001 - the edge: what we failed to send or read is not known
            return Unknown(type(fault).__name__)

    async def statement(self, currency: str, day: date) -> RtgsStatement | None:
        """The last of that day. Raises FileMalformed where one cannot be read: what the central bank has signed is not passed over."""
        contents = await asyncio.to_thread(lambda: list(self.exchange.heard(f"{currency}-{day.isoformat()}.", ".camt.053.xml")))
        read = [await asyncio.to_thread(read_statement, self.messages, content) for _, content in contents]
        return max((each for each in read if (each.currency, each.day) == (currency, day)), key=lambda each: each.sequence, default=None)

    def _send(self, instruction: SettlementInstruction) -> None:
        """The first file stands; a later one is the same message under a further name, for the RTGS may have lost the first."""
        _require_id(instruction.instruction_id)
        names = self.exchange.sent_names(f"{instruction.instruction_id}.i")
        first = self._sent(instruction.instruction_id)
        if first is None:
            content = self.messages.written(self.form.message, self.form.content(instruction, self.now()))
        else:
            content, before = first
            if before != instruction:
                raise Malformed("another instruction was sent under this id")
        self.exchange.send(f"{instruction.instruction_id}.i{len(names) + 1:04d}{self.form.ending}", content)

    def _ask(self, instruction_id: str) -> str:
        number = len(self.exchange.sent_names(f"{instruction_id}.q")) + 1
        question = f"{instruction_id}-Q{number}"
        content = self.messages.written(QUESTION, question_message(instruction_id, question, self.form.message, self.now()))
        self.exchange.send(f"{instruction_id}.q{number:04d}.pacs.028.xml", content)
        return question

    async def _wait(self, instruction_id: str, question: str | None, *, anew: bool = False) -> SettlementAnswer | Unknown:
        deadline = asyncio.get_running_loop().time() + self.answer_seconds
        while True:
            heard = await asyncio.to_thread(self._heard, instruction_id)
            if (found := _said(heard, instruction_id, question, anew or _contradicted(heard))) is not None:
                return found
            if asyncio.get_running_loop().time() >= deadline:
                return Unknown(CONTRADICTED if _contradicted(heard) else f"no answer within {self.answer_seconds:g} s")
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _heard(self, instruction_id: str) -> list[Heard]:
        sent = self._sent(instruction_id)
        contents = self.exchange.heard(f"{instruction_id}.", ".pacs.002.xml")
        heard = (self._read(content, instruction_id, None if sent is None else sent[1]) for _, content in contents)
        return [each for each in heard if each is not None]

    def _read(self, content: bytes, instruction_id: str, sent: SettlementInstruction | None) -> Heard | None:
        try:
            return read_answer(self.messages.read(ANSWER, content), instruction_id, self.form, sent)
        except Malformed:
            return None

    def _sent(self, instruction_id: str) -> tuple[bytes, SettlementInstruction] | None:
        content = self.exchange.sent(f"{instruction_id}.i0001{self.form.ending}")
        return None if content is None else (content, self.form.read(self.messages.read(self.form.message, content)))


def _said(heard: Sequence[Heard], instruction_id: str, question: str | None, only_to_it: bool) -> SettlementAnswer | Unknown | None:
    """None while there is nothing that counts; `question` is the one just asked."""
    asked = [each for each in heard if question is not None and each.to_question == question]
    if (final := _final(asked if only_to_it else heard)) is not None:
        return final
    words = {each.word for each in (heard if question is None else asked)}
    if Word.PENDING in words:
        return Unknown("it has not decided yet")
    if question is not None and Word.NEVER_SEEN in words:
        return SettlementAnswer(instruction_id, SettlementStatus.UNKNOWN_INSTRUCTION)
    return None


def _final(heard: Sequence[Heard]) -> SettlementAnswer | None:
    """Two final answers that differ are none."""
    final = {each.answer for each in heard if each.answer is not None}
    return final.pop() if len(final) == 1 else None


def _contradicted(heard: Sequence[Heard]) -> bool:
    return len({each.answer for each in heard if each.answer is not None}) > 1


def _require_id(instruction_id: str) -> None:
    """It becomes part of names and ids: short, and nothing that leads elsewhere."""
    if _ID.fullmatch(instruction_id) is None:
        raise Malformed("the instruction id cannot be sent")
