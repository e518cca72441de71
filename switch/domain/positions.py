"""Positions: what a bank owes in unsettled windows, and the net debit cap that it never passes."""

from switch.domain.errors import CapExceeded
from switch.domain.identifiers import ParticipantCode
from switch.domain.values import changed, value


@value(frozen=True, slots=True)
class Position:
    """Minor units. `held` for payments not yet certain, `posted` by completed ones in windows that are not settled."""

    bank: ParticipantCode
    currency: str
    cap: int
    held: int = 0
    posted: int = 0
    deposited: int = 0
    """The part of the cap that a deposit backs; the rest is granted. It counts for nobody but those who decide about caps."""

    @property
    def granted(self) -> int:
        return self.cap - self.deposited

    @property
    def used(self) -> int:
        return self.held + self.posted

    @property
    def headroom(self) -> int:
        return self.cap - self.held - self.posted

    def hold(self, minor: int) -> "Position":
        if minor > self.headroom:
            raise CapExceeded(participant=self.bank)
        return changed(self, held=self.held + minor)

    def post(self, minor: int) -> "Position":
        """Make a hold final."""
        return changed(self, held=self.held - minor, posted=self.posted + minor)

    def given_back(self, minor: int) -> "Position":
        """A completed payment, or a part of it, was taken back."""
        return changed(self, posted=self.posted - minor)

    def void(self, minor: int) -> "Position":
        """Give a hold back."""
        return changed(self, held=self.held - minor)
