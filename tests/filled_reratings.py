"""A re-rating in the filled books: agreed by two people, finished, of a day without payments."""

import json
from datetime import date

from switch.domain.catalogue_document import proposed_tariffs
from switch.domain.identifiers import bucketed_id
from switch.domain.proposals import Foreseen, Proposal, ProposalId, ProposalKind, ProposalState
from switch.domain.reratings import Rerating
from switch.store import proposals, reratings
from switch.store.database import Connection
from tests.rerated import DOCUMENT
from tests.seeded import START

QUIET_DAY = date(2026, 1, 5)


async def rerate_a_quiet_day(connection: Connection) -> None:
    document, day = json.dumps(DOCUMENT), QUIET_DAY.isoformat()
    proposal = Proposal(
        ProposalId(bucketed_id(0, START)), ProposalKind.RERATE_TARIFF, "R-1", {"document": document, "from": day, "to": day}, Foreseen(),
        "circular", "staff:nour", START, START, ProposalState.APPROVED, "staff:sami", START, carried_out_at=START,
    )  # fmt: skip
    await proposals.insert(connection, proposal)
    lines = proposed_tariffs(DOCUMENT, ())
    await reratings.insert_missing(
        connection, Rerating("R-1", QUIET_DAY, QUIET_DAY, lines, document, proposal.proposal_id, "staff:sami", START)
    )
    await reratings.finish(connection, "R-1", START)
