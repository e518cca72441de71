"""One line of a statement stands for many payments: matched to all of them by what they have in common, or one break with its members."""

from datetime import date
from typing import Any

import pytest

from switch.domain.admission import Conclude, Stands
from switch.domain.identifiers import ParticipantCode
from switch.domain.outcomes import Accepted
from switch.domain.payments import Payment
from switch.domain.proposals import ProposalKind
from switch.domain.reconciliation import Grouping, MatchingRule
from switch.domain.statement_mapping import StatementMapping
from switch.posting.batch import write_batch
from switch.store.database import connect
from switch.usecases.agree_on_statement_rule import statement_rule_content
from tests.api.line import BANK, BILLER, OTHER_BANK, Line
from tests.planted import AFTER, DAY
from tests.seeded import SERVICE, START, order

Sums = list[tuple[str, str, str, date]]
"""Own reference, what it is the sum of, amount, business date."""
COLUMN = {Grouping.SERVICE: "service", Grouping.COUNTERPARTY: "counterparty"}


async def booking_sums(line: Line, owner: ParticipantCode, grouping: Grouping) -> None:
    """As two people have agreed."""
    participant = line.switch.directory.current().participant(owner)
    await line.switch.set_statement_rule(participant, MatchingRule(), StatementMapping("csv"), by="test")
    line.clock.move(1)
    content = statement_rule_content(MatchingRule(grouping=grouping), StatementMapping("csv"))
    proposed = await line.switch.propose(ProposalKind.SET_STATEMENT_RULE, owner, content, reason="letter 12", by="staff:nour")
    assert proposed.foreseen.changes[2].after == grouping
    await line.switch.decide_proposal.approve(proposed.proposal_id, by="staff:sami")


async def paid(url: str, amounts: list[int], bank: ParticipantCode = BANK, batch: str | None = None) -> list[Payment]:
    database = connect(url)
    orders = [order(minor, bank=bank, key=None if batch is None else f"{batch}-{number}") for number, minor in enumerate(amounts)]
    await write_batch(database, orders, START)
    done = [Conclude(each.payment.payment_id, Accepted(batch or "B"), START, "biller", START) for each in orders]
    decisions = await write_batch(database, done, START)
    await database.close()
    return [decision.payment for decision in decisions if isinstance(decision, Stands)]


async def hand_in(line: Line, owner: ParticipantCode, grouping: Grouping, sums: Sums, day: date = DAY) -> None:
    rows = [f"own_reference,{COLUMN.get(grouping, 'customer_reference')},amount,business_date,state"]
    for own, key, amount, booked_on in sums:
        rows.append(f"{own},{key},{amount.removeprefix('-')},{booked_on},{'reversed' if amount[0] == '-' else 'booked'}")
    url = f"/v1/statements?layout=csv&business_date={day}"
    taken = await line.of(owner).post(url, content="\n".join(rows).encode(), headers={"Content-Type": "text/csv"})
    assert taken.status_code == 201, taken.text


async def stands(line: Line, owner: ParticipantCode) -> tuple[int, list[tuple[str, str, str]]]:
    """How many payments match, and the open breaks: kind, amount at stake, group."""
    matched = next(side.matched for side in await line.switch.reconcile(DAY) if side.participant == owner)
    await line.switch.reconcile(AFTER)
    items = (await line.of(owner).get("/v1/breaks?state=open")).json()["items"]
    return matched, sorted((its["kind"], its["amount"]["amount"], _field(its, "group")) for its in items)


def _field(its: dict[str, Any], name: str) -> str:
    found = next(each for each in its["differences"] if each["field"] == name)
    return str(found["ours"] or found["theirs"])


@pytest.mark.parametrize(("grouping", "row"), [(Grouping.DAY, "60.00"), (Grouping.COUNTERPARTY, f"60.00,{BANK}")])
async def test_a_sum_need_not_name_a_payment(line: Line, furnished_url: str, grouping: Grouping, row: str) -> None:
    await paid(furnished_url, [1_000, 2_000, 3_000])
    content, headers = f"amount,counterparty\n{row}{'' if ',' in row else ','}\n".encode(), {"Content-Type": "text/csv"}
    url = f"/v1/statements?layout=csv&business_date={DAY}"
    assert (await line.of(BILLER).post(url, content=content, headers=headers)).json()["code"] == "file_malformed"
    await booking_sums(line, BILLER, grouping)
    assert (await line.of(BILLER).post(url, content=content, headers=headers)).status_code == 201
    assert await stands(line, BILLER) == (3, [])


@pytest.mark.parametrize("grouping", [Grouping.DAY, Grouping.SERVICE, Grouping.COUNTERPARTY])
async def test_a_sum_of_all_its_payments_matches_them_all_and_one_unit_off_matches_none(
    line: Line, furnished_url: str, grouping: Grouping
) -> None:
    await booking_sums(line, BILLER, grouping)
    await paid(furnished_url, [1_000, 2_000, 3_000])
    await paid(furnished_url, [500], OTHER_BANK)
    key = {Grouping.DAY: "x", Grouping.SERVICE: SERVICE, Grouping.COUNTERPARTY: BANK}[grouping]
    others: Sums = [("S2", OTHER_BANK, "5.00", DAY)] if grouping is Grouping.COUNTERPARTY else []
    whole = "60.00" if others else "65.00"

    await hand_in(line, BILLER, grouping, [("S1", key, whole, DAY), *others])
    assert await stands(line, BILLER) == (4, [])

    named = "day" if grouping is Grouping.DAY else f"{grouping}:{key}"
    await hand_in(line, BILLER, grouping, [("S1", key, whole[:-1] + "1", DAY), *others])
    assert await stands(line, BILLER) == (len(others), [("sum_differs", "0.01", named)])

    await hand_in(line, BILLER, grouping, [("S1", key, "100.00", DAY), ("S9", key, f"-{100 - int(whole[:2])}.00", DAY), *others])
    assert await stands(line, BILLER) == (4, [])
    (ended,) = (await line.of(BILLER).get("/v1/breaks")).json()["items"]
    assert ended["state"] == "matched_later"


async def test_what_is_left_out_of_a_sum_is_named_with_its_members_and_accepted_they_all_match(line: Line, furnished_url: str) -> None:
    await booking_sums(line, BILLER, Grouping.SERVICE)
    payments = await paid(furnished_url, [1_000, 2_000, 3_000])
    await hand_in(line, BILLER, Grouping.SERVICE, [("S1", SERVICE, "40.00", DAY)])

    assert await stands(line, BILLER) == (0, [("sum_differs", "20.00", f"service:{SERVICE}")])

    (item,) = (await line.of(BILLER).get("/v1/breaks")).json()["items"]
    assert [(each["field"], each["ours"], each["theirs"]) for each in item["differences"]] == [
        ("group", f"service:{SERVICE}", f"service:{SERVICE}"), ("sum", "60.00", "40.00"), ("payments", "3", None),
        ("candidate", str(payments[1].payment_id), None),
    ]  # fmt: skip
    history = (await line.of(BILLER).get(f"/v1/breaks/{item['break_id']}")).json()
    assert {each["payment_id"] for each in history["members"]} == {str(each.payment_id) for each in payments}
    content = {"repair": "accept", "breaks": item["break_id"]}
    proposal = await line.switch.propose(ProposalKind.REPAIR_BREAK, item["break_id"], content, reason="explained", by="staff:nour")
    await line.switch.decide_proposal.approve(proposal.proposal_id, by="staff:sami")
    assert await stands(line, BILLER) == (3, [])
    verified = await line.switch.verification()
    assert verified.clean, verified.findings


async def test_a_batch_is_known_by_its_reference_carried_to_another_day_missing_or_made_up(line: Line, furnished_url: str) -> None:
    await booking_sums(line, BILLER, Grouping.OWN_REFERENCE)
    for batch, amounts in (("Batch-١", [100, 200]), ("BATCH-2", [300, 400]), ("BATCH-3", [500]), ("BATCH-4", [600, 700])):
        await paid(furnished_url, amounts, batch=batch)
    sums: Sums = [("batch-1", "", "3.00", DAY), ("BATCH-3", "", "5.01", DAY), ("NONE", "", "9.00", DAY)]
    await hand_in(line, BILLER, Grouping.OWN_REFERENCE, sums)
    await hand_in(line, BILLER, Grouping.OWN_REFERENCE, [("BATCH-2", "", "7.00", DAY)], AFTER)

    matched, found = await stands(line, BILLER)

    assert matched == 2
    assert found == [
        ("date_differs", "7.00", "own_reference:batch-2"), ("missing_at_biller", "13.00", "own_reference:batch-4"),
        ("missing_at_switch", "9.00", "own_reference:none"), ("sum_differs", "0.01", "own_reference:batch-3"),
    ]  # fmt: skip


async def test_what_was_taken_back_counts_against_its_sum(line: Line, furnished_url: str) -> None:
    await booking_sums(line, BILLER, Grouping.COUNTERPARTY)
    back, _ = await paid(furnished_url, [1_000, 2_000])
    asked = {"Idempotency-Key": "back-0000001"}
    done = await line.bank.post(f"/v1/payments/{back.payment_id}/reversals", json={"reason": "duplicate"}, headers=asked)
    assert done.status_code in (200, 201), done.text
    await hand_in(line, BILLER, Grouping.COUNTERPARTY, [("S1", BANK, "20.00", DAY)])
    assert await stands(line, BILLER) == (2, [])
    await hand_in(line, BILLER, Grouping.COUNTERPARTY, [("S1", BANK, "30.00", DAY), ("S2", BANK, "-10.00", DAY)])
    assert await stands(line, BILLER) == (2, [])
