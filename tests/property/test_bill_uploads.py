"""Any order of uploads and payments of one bill: an upload never changes what is held or paid, nor makes a bill payable twice."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from switch.domain.bill_uploads import BillAction, LineStatus, Wanted
from switch.domain.bills import Bill, BillKey
from switch.domain.catalogue import AmountRuleKind
from switch.domain.errors import Refusal
from switch.domain.identifiers import ServiceCode
from switch.domain.money import Money

KEY = BillKey(ServiceCode("200043011"), "100452371", "B1")
AT = datetime(2026, 11, 24, tzinfo=UTC)

uploads = st.tuples(
    st.just("upload"),
    st.builds(
        Wanted,
        st.sampled_from(BillAction),
        st.builds(
            lambda minor, rule: Bill(KEY, Money(minor, "SYP"), rule, uploaded=True),
            st.integers(1, 9),
            st.sampled_from([AmountRuleKind.EXACT, AmountRuleKind.UP_TO]),
        ),
    ),
)
payments = st.tuples(st.sampled_from(["claim", "settle", "release"]), st.integers(1, 9))


@given(st.lists(st.one_of(uploads, payments), max_size=30))
def test_an_upload_never_touches_what_is_held_or_paid(steps: list[tuple[str, Wanted | int]]) -> None:
    bill: Bill | None = None
    held: list[int] = []
    paid = 0
    for number, (kind, content) in enumerate(steps):
        try:
            if isinstance(content, Wanted):
                status, written = content.upon(bill)
                assert (written is None) == (status is LineStatus.UNCHANGED)
                bill = written or bill
            elif bill is None:
                continue
            elif kind == "claim":
                bill = bill.claim(Money(content, "SYP"))
                held.append(content)
            elif held and kind == "settle":
                paid += held[0]
                bill = bill.settle(Money(held.pop(0), "SYP"), AT + timedelta(seconds=number))
            elif held and kind == "release":
                bill = bill.release(Money(held.pop(0), "SYP"))
        except Refusal:
            continue
        finally:
            if bill is not None:
                assert (bill.held, bill.paid) == (sum(held), paid)
                assert bill.held + bill.paid <= bill.amount.minor
    if bill is not None:
        again = Wanted(BillAction.PUT, Bill(KEY, bill.amount, bill.rule, uploaded=True))
        if not bill.withdrawn:
            assert again.upon(bill) == (LineStatus.UNCHANGED, None)
