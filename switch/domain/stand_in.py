"""Stand-in: the switch accepts a payment for a biller that is known to be out, within agreed limits; the biller is told when it is back."""

from enum import StrEnum

from switch.domain.errors import Refusal
from switch.domain.money import Money
from switch.domain.values import value


class StandInExhausted(Refusal):
    code = "stand_in_exhausted"
    en = "The biller does not answer, and as much as may be accepted in its place is waiting for it already. Nothing was held."
    ar = "الجهة المفوترة لا تجيب، وقد بلغ ما يُقبل نيابةً عنها حدّه. ولم يُحجز شيء."


class StandInState(StrEnum):
    """How its biller stands to a payment that was accepted in its place."""

    OUTSTANDING = "outstanding"
    """It has not taken the advice yet; until then the payment counts against the total of its service."""
    TAKEN = "taken"
    REFUSED = "refused"
    """It has refused the advice: a break, and the payment can be taken back without asking it."""


@value(frozen=True, slots=True)
class StandInRule:
    """Of a service: the most of one payment, and of all that are outstanding together."""

    limit: Money
    total: Money

    def allows(self, amount: Money) -> bool:
        return amount.currency == self.limit.currency and amount <= self.limit

    def with_one_more(self, outstanding: int, amount: Money) -> int:
        """Minor units outstanding with this payment. Raises StandInExhausted."""
        if outstanding + amount.minor > self.total.minor:
            raise StandInExhausted()
        return outstanding + amount.minor
