"""Sealed balances: what was debited and credited up to where the proof log ends, rolled up with each head that is signed.

So whoever asks for the sums of all accounts adds up only what was posted within the last seconds, however many postings are kept.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

POSTED = """
    SELECT posting.account_code, posting.currency,
        coalesce(sum(posting.minor) FILTER (WHERE posting.minor > 0), 0)::bigint AS debit_minor,
        coalesce(-sum(posting.minor) FILTER (WHERE posting.minor < 0), 0)::bigint AS credit_minor
    FROM journal_entry AS entry JOIN posting USING (bucket, entry_id) WHERE {of} GROUP BY posting.account_code, posting.currency
"""
"""By account and currency. The bounds of `of` are given as values: the planner must see how little lies between them."""
_ROLL_UP = text(f"""
    INSERT INTO sealed_balance AS its (account_code, currency, debit_minor, credit_minor)
    {POSTED.format(of="entry.xact >= :begin AND entry.xact < :end")} ORDER BY 1, 2
    ON CONFLICT (account_code, currency) DO UPDATE SET debit_minor = its.debit_minor + EXCLUDED.debit_minor,
        credit_minor = its.credit_minor + EXCLUDED.credit_minor
""")


async def roll_up(connection: AsyncConnection, begin: int, end: int) -> None:
    """The entries of these database transactions, once: by whoever seals them, in the same transaction."""
    await connection.execute(_ROLL_UP, {"begin": begin, "end": end})
