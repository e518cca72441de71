"""Account nets: what each of a biller's settlement accounts receives for a window, from its single payments."""

from collections.abc import Iterable

from switch.domain.identifiers import WindowId
from switch.domain.nets import Collected
from switch.domain.split_sums import SplitSums, by_service
from switch.domain.splits import AccountNet
from switch.store import splits
from switch.store.database import Connection


async def account_nets(connection: Connection, window_id: WindowId, collected: Iterable[Collected]) -> tuple[AccountNet, ...]:
    """Nothing where no service is split."""
    known = by_service(await splits.every(connection))
    if not known:
        return ()
    sums = SplitSums(known)
    async for its in splits.movements(connection, window_id, list(known)):
        sums.add(its.payment_id, (its.bank, its.biller), its.service, its.accepted_on, its.minor, counts=its.counts)
    return sums.result({(each.bank, each.biller): each.amount - each.biller_fee for each in collected})
