"""The directory's rules for any content: refused by name or taken, nothing else; and a pattern that was taken is quick on any text."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from switch.domain.catalogue import Service
from switch.domain.directory import Endpoint, ParticipantKey
from switch.domain.directory_rules import require_endpoint, require_key_id, require_participant, require_service, require_tariff
from switch.domain.errors import ReferenceMalformed, Refusal
from switch.domain.fees import BorneBy, Tariff
from switch.domain.identifiers import ParticipantCode
from switch.domain.money import Money
from switch.domain.participants import Name, Participant, ParticipantKind, ParticipantStatus
from switch.usecases.shipped_catalogue import read_catalogue

SHIPPED = read_catalogue()
SERVICE = SHIPPED.services[0]
BILLER = next(participant for participant in SHIPPED.participants if participant.code == SERVICE.biller)
MOST_SECONDS = 0.5

texts = st.text(max_size=80)
patterns = st.one_of(
    texts, st.text("0a[]-{}(),?*+^$\\|/9z", max_size=40), st.from_regex(r"\A(\[[0-9a-z-]{1,5}\](\{[0-9],[0-9]\}|\?)?){1,6}\Z")
)


@given(pattern=patterns, sample=st.text("0123456789az-/", max_size=64))
@example(pattern="[--a]", sample="-")
@example(pattern="[a--b]", sample="a")
@example(pattern="[z-a]", sample="z")
@example(pattern="[0-9]{9,2}", sample="1")
@example(pattern="[0-9]{0,64}" * 3 + "a", sample="0" * 64)
def test_a_pattern_is_refused_or_quick_on_any_text(pattern: str, sample: str) -> None:
    service = replace(SERVICE, reference=replace(SERVICE.reference, pattern=pattern, example=sample))
    with suppress(Refusal):
        require_service(service, BILLER)
        began = time.perf_counter()
        for text in (sample, "0" * 64, "a" * 64, sample * 5):
            with suppress(ReferenceMalformed):
                service.reference.normalise(text)
        assert time.perf_counter() - began < MOST_SECONDS


@given(st.one_of(texts, st.from_regex(r"\Ahttps?://[^/]{0,30}/?.{0,20}\Z")))
def test_an_end_point_is_refused_or_has_a_host(url: str) -> None:
    with suppress(Refusal):
        require_endpoint(Endpoint(BILLER.code, "json-1", url), {"json-1"})
        assert url.startswith(("http://", "https://"))
        assert "@" not in url.split("/")[2]
        assert url.isascii()
        assert url.isprintable()


@given(texts, texts)
def test_a_key_id_is_refused_or_begins_with_its_participant(keyid: str, participant: str) -> None:
    with suppress(Refusal):
        require_key_id(ParticipantKey(keyid, ParticipantCode(participant), "ed25519", ""))
        assert keyid.startswith(f"{participant}:")


@given(texts, texts, texts)
def test_a_participant_is_refused_or_can_be_shown(ar: str, en: str, code: str) -> None:
    participant = Participant(ParticipantCode(code), ParticipantKind.BANK, Name(ar, en), ParticipantStatus.LIVE)
    with suppress(Refusal):
        require_participant(participant, None)
        assert len(code) == 6
    named = replace(participant, code=BILLER.code)
    with suppress(Refusal):
        require_participant(named, None)
        assert ar.strip()
        assert en.strip()


figures = st.integers(-(10**16), 10**16)
rates = st.integers(-1, 1_000_001)


@given(st.tuples(figures, figures, rates, figures), st.tuples(rates, rates, rates), st.integers(1, 10**15 - 1))
def test_a_tariff_is_refused_or_charges_any_amount(amounts: tuple[int, ...], shares: tuple[int, ...], minor: int) -> None:
    (start, fixed, rate, maximum), (switch, bank, tax) = amounts, shares
    line = Tariff("t", None, None, start, "SYP", fixed, rate, maximum, BorneBy.PAYER, switch, bank, tax, date(2026, 1, 1))
    with suppress(Refusal):
        require_tariff(line)
        fees = line.charge(Money(minor, "SYP"))
        assert fees.payer <= maximum + maximum


def test_every_shipped_service_keeps_the_rules() -> None:
    billers = {participant.code: participant for participant in SHIPPED.participants}
    services: tuple[Service, ...] = SHIPPED.services
    for service in services:
        require_service(service, billers[service.biller])
