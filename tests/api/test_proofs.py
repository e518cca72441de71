"""Proofs over the API: a bank proves its payment with the switch's public key alone, and keeps heads that are linked."""

import pytest

from switch.domain.proofs import is_consistent, leaf_hash, root_by_inclusion
from switch.domain.tree_heads import TreeHead, read_tree_head
from switch.signatures.notes import is_signed, read_note
from tests.api.line import BANK, BILLER, FEE, NATIONAL_NUMBER, OTHER_BANK, OVERSEER, Line, order

ORIGIN = "bill-payment-switch/journal"
MADE_UP = "019a2b3c-4d5e-7f60-8a1b-2c3d4e5f6071"


async def paid(line: Line, key: str) -> str:
    answer = await line.pay(order(FEE, NATIONAL_NUMBER, "750.00", bank_reference=key), key)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["payment_id"])


def signed_head(line: Line, note: str) -> TreeHead:
    found = read_note(note)
    assert found is not None
    assert is_signed(found, ORIGIN, [line.switch_key])
    head = read_tree_head(found.text)
    assert head is not None
    return head


async def test_a_bank_proves_its_payment(line: Line) -> None:
    payment_id = await paid(line, "proved-0001")
    await line.switch.seal_log.whole()
    await paid(line, "proved-0002")
    await line.switch.seal_log.whole()

    answer = await line.bank.get(f"/v1/payments/{payment_id}/proof")

    assert answer.status_code == 200
    proof = answer.json()
    head = signed_head(line, proof["head"]["note"])
    assert (head.origin, head.size) == (ORIGIN, proof["head"]["size"])
    assert [leaf["kind"] for leaf in proof["leaves"]] == ["entry", "event", "event"]
    for leaf in proof["leaves"]:
        path = [bytes.fromhex(hashed) for hashed in leaf["path"]]
        assert payment_id in leaf["content"]
        assert NATIONAL_NUMBER not in leaf["content"]
        assert root_by_inclusion(leaf_hash(leaf["content"].encode()), leaf["index"], head.size, path) == head.root
        assert root_by_inclusion(
            leaf_hash(leaf["content"].replace("75000", "76000").encode()), leaf["index"], head.size, path
        ) != head.root or ("75000" not in leaf["content"])


async def test_a_payment_that_is_not_sealed_yet_is_asked_for_again(line: Line) -> None:
    payment_id = await paid(line, "proved-0003")

    answer = await line.bank.get(f"/v1/payments/{payment_id}/proof")

    assert (answer.status_code, answer.json()["code"]) == (409, "payment_not_sealed")


async def test_the_proof_of_another_banks_payment_is_as_unknown_as_none(line: Line) -> None:
    payment_id = await paid(line, "proved-0004")
    await line.switch.seal_log.whole()
    for path in (payment_id, MADE_UP):
        answer = await line.of(OTHER_BANK).get(f"/v1/payments/{path}/proof")
        assert (answer.status_code, answer.json()["code"]) == (404, "payment_unknown")


async def test_heads_are_there_for_everybody_and_linked(line: Line) -> None:
    for number in range(3):
        await paid(line, f"proved-1{number:03}")
        await line.switch.seal_log.whole()

    for code in (BANK, BILLER, OVERSEER):
        page = (await line.of(code).get("/v1/log/heads", params={"limit": "2"})).json()
        assert (page["origin"], page["behind_seconds"]) == (ORIGIN, 0)
        rest = (await line.of(code).get("/v1/log/heads", params={"cursor": page["next_cursor"]})).json()
        heads = [signed_head(line, item["note"]) for item in reversed([*page["items"], *rest["items"]])]
        assert len(heads) == 3
        for first in heads:
            for second in heads:
                asked = {"from": str(first.size), "to": str(second.size)}
                answer = await line.of(code).get("/v1/log/consistency", params=asked)
                if first.size > second.size:
                    assert (answer.status_code, answer.json()["code"]) == (422, "log_size_unknown")
                    continue
                path = [bytes.fromhex(hashed) for hashed in answer.json()["path"]]
                assert is_consistent(first.size, second.size, first.root, second.root, path)


async def test_what_waits_is_told_by_its_age(line: Line) -> None:
    await paid(line, "proved-2001")
    line.clock.move(7)
    page = (await line.bank.get("/v1/log/heads")).json()
    assert (page["behind_seconds"], page["items"]) == (7, [])


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/log/consistency?from=0&to=99999", 422, "log_size_unknown"),
        ("/v1/log/consistency?from=-1&to=0", 422, "field_invalid"),
        ("/v1/log/consistency?from=x&to=0", 422, "field_invalid"),
        ("/v1/log/consistency?from=0", 422, "field_missing"),
        ("/v1/log/consistency?from=0&to=9223372036854775808", 422, "field_invalid"),
        ("/v1/log/heads?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk", 422, "cursor_malformed"),
        ("/v1/log/heads?cursor=eA", 422, "cursor_malformed"),
        ("/v1/payments/nonsense/proof", 404, "payment_unknown"),
    ],
)
async def test_nonsense_is_refused_by_name(line: Line, path: str, status: int, code: str) -> None:
    answer = await line.bank.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
