"""The pretend RTGS over files: takes signed messages out of a folder, decides, answers into another; misbehaves by the same script."""

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from switch.domain.calendar import local_date
from switch.signatures import VerifyingKey
from switch.simulators import rtgs_messages as messages
from switch.simulators.mischief import RTGS, Mischief, Rule
from switch.simulators.rtgs import Rtgs, as_told
from switch.simulators.rtgs_books import Instruction

LOOK_EVERY_SECONDS = 0.1
HUGE_BYTES = 65 << 20
LOST = frozenset({Mischief.SILENT, Mischief.ERROR_500, Mischief.CUT_BEFORE_BOOKING})
_OF_A_SUM = re.compile(rb"(?<=<OrgnlCtrlSum>)[0-9.]+")
_log = structlog.get_logger("switch.simulators")


@dataclass
class RtgsExchange:
    folder: Path
    rtgs: Rtgs
    switch_key: VerifyingKey
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _later: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("to-rtgs", "from-rtgs"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY_SECONDS):
            self.turn()

    def turn(self) -> None:
        """What is due, then each file that was not taken before and is whole."""
        due = [act for at, act in self._later if at <= self.now()]
        self._later = [(at, act) for at, act in self._later if at > self.now()]
        for act in due:
            act()
        for path in sorted((self.folder / "to-rtgs").glob("*.xml")):
            content = self._signed(path)
            if content is not None and self.rtgs.books.take(path.name, self.now()):
                self._take(path.name, content)

    def _take(self, name: str, content: bytes) -> None:
        try:
            message, root = messages.read_message(content)
            match message:
                case messages.REQUEST | messages.TRANSFERS:
                    read = messages.read_instruction if message == messages.REQUEST else messages.read_transfers
                    instruction = read(root)
                    self._with_mischief("instruct", lambda rule: self._instruct(instruction, message, rule))
                case messages.QUESTION:
                    asked, about, question = messages.read_question(root)
                    self._with_mischief("enquire", lambda rule: self._answer(asked, about, question, rule))
                case _:
                    _log.warning("message.not_understood", file=name, why=message[:40])
        except messages.NotUnderstood as fault:
            _log.warning("message.not_understood", file=name, why=str(fault))

    def _with_mischief(self, call: str, act: Callable[[Rule | None], None]) -> None:
        rule = self.rtgs.script.draw(RTGS, call)
        if rule is not None:
            _log.info("mischief", whom=RTGS, call=call, does=rule.does)
        if rule is not None and rule.does in LOST:
            return
        if rule is not None and rule.does is Mischief.SLOW:
            self._after(rule.milliseconds, lambda: act(rule))
            return
        act(rule)

    def _instruct(self, instruction: Instruction, message: str, rule: Rule | None) -> None:
        known = self.rtgs.books.find(instruction.instruction_id)
        if known is None:
            self.rtgs.decide(instruction, rule)
            self._state(instruction.currency)
        elif known.instruction != instruction:
            _log.warning("instruction.conflicts", instruction=instruction.instruction_id)
            return
        self._answer(instruction.instruction_id, message, None, rule)

    def _answer(self, instruction_id: str, about: str, question: str | None, rule: Rule | None) -> None:
        does = None if rule is None else rule.does
        message_id = secrets.token_hex(12)
        decision = as_told(self.rtgs.books.find(instruction_id), rule)
        content = messages.answer(message_id, instruction_id, decision, question, self.now(), about)
        name = f"{instruction_id}.{message_id}.pacs.002.xml"
        match does:
            case Mischief.LATE if rule is not None:
                self._after(rule.milliseconds, lambda: self._write(name, content))
            case Mischief.CUT_AFTER_BOOKING:
                (self.folder / "from-rtgs" / name).write_bytes(content[: len(content) // 2])
            case Mischief.UNSIGNED:
                (self.folder / "from-rtgs" / name).write_bytes(content)
            case Mischief.GARBAGE:
                self._write(name, secrets.token_bytes(200))
            case Mischief.HUGE:
                self._write(name, b" " * HUGE_BYTES)
            case Mischief.OTHER_AMOUNT if decision is not None:
                self._write(name, _OF_A_SUM.sub(b"1.23", content))
            case Mischief.TWICE_ANSWERED:
                self._write(name, content)
                self._write(f"{instruction_id}.{message_id}-again.pacs.002.xml", content)
            case _:
                self._write(name, content)

    def _state(self, currency: str) -> None:
        """The statement of the day, anew and under the next number each time something was settled."""
        day = local_date(self.now()).isoformat()
        settled = [each for each in self.rtgs.books.settled(self.now(), day) if each.instruction.currency == currency]
        if settled:
            sequence = len(list((self.folder / "from-rtgs").glob(f"{currency}-{day}.*.camt.053.xml"))) + 1
            content = messages.statement(sequence, currency, day, settled, self.rtgs.key.keyid.partition(":")[0], self.now())
            self._write(f"{currency}-{day}.{sequence:04d}.camt.053.xml", content)

    def _after(self, milliseconds: int, act: Callable[[], None]) -> None:
        self._later.append((self.now() + timedelta(milliseconds=milliseconds), act))

    def _write(self, name: str, content: bytes) -> None:
        """The signature last, and at once: before it is there nobody reads the file."""
        folder, key = self.folder / "from-rtgs", self.rtgs.key
        (folder / name).write_bytes(content)
        line = f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        signature = base64.b64encode(key.sign(line.encode())).decode()
        document = {"keyid": key.keyid, "algorithm": key.algorithm, "signed": line, "signature": signature}
        unfinished = folder / f".{name}.sig"
        unfinished.write_text(json.dumps(document), encoding="utf-8")
        unfinished.replace(folder / f"{name}.sig")

    def _signed(self, path: Path) -> bytes | None:
        try:
            document = json.loads(path.with_name(path.name + ".sig").read_bytes())
            content, line = path.read_bytes(), str(document["signed"])
            signature = base64.b64decode(document["signature"], validate=True)
        except (OSError, ValueError, KeyError, TypeError):
            return None
        right = line == f"{hashlib.sha256(content).hexdigest()}  {path.name}\n"
        return content if right and self.switch_key.verify(signature, line.encode()) else None
