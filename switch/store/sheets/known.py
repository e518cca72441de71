"""What sheets read: the books as known at the report's moment (migrations/knowledge.sql), and columns that recur."""

from switch.domain.participants import Name
from switch.domain.reports import CellKind, Column

_MOMENT = "CAST(:known_at AS timestamptz), CAST(:known_below AS bigint), CAST(:known_without AS bigint[])"
_DAYS = "CAST(:first AS date), CAST(:last AS date), CAST(:currency AS text)"
MOVEMENTS = f"known_movement({_MOMENT}, {_DAYS})"
PAYMENTS = f"known_payment({_MOMENT}, CAST(:begins AS timestamptz), CAST(:ends AS timestamptz), CAST(:currency AS text))"
BREAKS = f"known_break({_MOMENT}, CAST(:currency AS text))"
INCIDENTS = f"known_incident({_MOMENT})"
DISPUTES = f"known_dispute({_MOMENT}, CAST(:currency AS text))"
SIDES = f"known_side({_MOMENT}, {_DAYS})"
WINDOWS = f"known_window({_MOMENT}, {_DAYS})"
PARTICIPANTS = f"known_directory({_MOMENT}, 'participant')"
SERVICES = f"known_directory({_MOMENT}, 'service')"
OUTAGES = f"known_directory({_MOMENT}, 'outage')"
CAPS = f"""(
    SELECT bank_code, cap_minor, changed_at, change_id FROM cap_change
    WHERE currency = :currency AND is_known(changed_at, xact, {_MOMENT}))
"""  # noqa: S608 - our own words, here and below; every value is a parameter
POSITIONS = f"""(
    SELECT split_part(posting.account_code, ':', 2) AS bank_code, entry.created_at, posting.minor
    FROM posting JOIN journal_entry AS entry USING (bucket, entry_id)
    WHERE posting.account_code LIKE 'position:%' AND posting.currency = :currency AND entry.created_at < :ends
      AND entry.window_id IN (SELECT window_id FROM settlement_window WHERE business_date >= CAST(:first AS date) - 31)
      AND is_known(entry.created_at, entry.xact, {_MOMENT}))
"""  # noqa: S608
"""What moved positions; an older window is settled, and adds up to nothing."""
POSTINGS = f"""(
    SELECT entry.window_id, posting.account_code, posting.minor FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
    WHERE entry.kind NOT IN ('window_settled', 'suspense_booked', 'suspense_released') AND posting.currency = :currency
      AND is_known(entry.created_at, entry.xact, {_MOMENT})
      AND entry.window_id IN (SELECT window_id FROM settlement_window
          WHERE business_date BETWEEN :first AND :last AND currency = :currency))
"""  # noqa: S608
"""Of the windows of these days, before they were cleared."""
DEFAULTS = f"""(
    SELECT posting.account_code, posting.minor FROM journal_entry AS entry JOIN posting USING (bucket, entry_id)
    WHERE entry.window_id IN (SELECT window_id FROM window_claim UNION SELECT window_id FROM debt_payment) AND entry.payment_id IS NULL
      AND posting.currency = :currency AND entry.created_at < :ends AND is_known(entry.created_at, entry.xact, {_MOMENT})
      AND (posting.account_code LIKE 'guarantee:%' OR posting.account_code LIKE 'default_share:%'))
"""  # noqa: S608
"""What has moved the accounts of defaults, until the end of the period."""
REFUSALS = f"""(
    SELECT bank_code, refusal_code, claimed_at FROM idempotency
    WHERE refusal_code IS NOT NULL AND claimed_at >= :begins AND claimed_at < :ends AND is_known(claimed_at, xact, {_MOMENT}))
"""  # noqa: S608
"""Orders that were refused before anything was held."""


# An advice is written with the line of history that it tells of; only its acknowledgement has a moment alone.
ADVICES = f"""(
    SELECT biller_code, created_at,
        CASE WHEN acknowledged_at <= CAST(:known_at AS timestamptz) THEN acknowledged_at END AS acknowledged_at
    FROM outbox WHERE created_at >= :begins AND created_at < :ends AND EXISTS (SELECT FROM payment_event AS event
        WHERE event.bucket = outbox.bucket AND event.payment_id = outbox.payment_id AND event.at = outbox.created_at
          AND is_known(event.at, event.xact, {_MOMENT})))
"""  # noqa: S608


def own(*columns: str) -> str:
    """Where a report is a participant's, only what is its own."""
    ours = " OR ".join(f"{column} = :participant" for column in columns)
    return f"(CAST(:participant AS text) IS NULL OR {ours})"


def named(code: str, *, of: str = PARTICIPANTS, called: str = "called") -> str:
    """A join that finds the name of a code as it was; the code stands for what was never put on record."""
    return f"LEFT JOIN {of} AS {called} ON {called}.subject = {code}"


def names(code: str, called: str = "called") -> str:
    return f"coalesce({called}.content ->> 'name_ar', {code}) AS name, coalesce({called}.content ->> 'name_en', {code}) AS name_en"


def percent(part: str, whole: str) -> str:
    return f"round(100.0 * {part} / nullif({whole}, 0), 2)::text"


def per_100_000(part: str, whole: str) -> str:
    return f"round(100000.0 * {part} / nullif({whole}, 0), 2)::text"


def count(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.COUNT)


def money(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.MONEY)


def rate(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.RATE)


def word(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.WORD)


def texts(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.TEXT)


def at(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.MOMENT)


def lasted(key: str, ar: str, en: str) -> Column:
    return Column(key, Name(ar, en), CellKind.MILLISECONDS)


DAY = Column("business_date", Name("يوم العمل", "Business date"), CellKind.DAY)
CODE = texts("participant", "رمز المشارك", "Participant")
NAME = texts("name", "الاسم", "Name")
NAME_EN = Column("name_en", Name("الاسم بالإنكليزية", "English name"), CellKind.ENGLISH)
SIDE = word("side", "الطرف", "Side")
KIND = word("kind", "نوع الفرق", "Kind of break")
PAID = count("payments", "عدد الدفعات", "Payments")
AMOUNT = money("amount", "المبلغ", "Amount")
SHARE = rate("share", "الحصة %", "Share %")
BREAKS_OPEN = count("breaks", "فروق قائمة", "Breaks not ended")
UNRECONCILED = money("unreconciled", "مبلغ غير مطابق", "Unreconciled amount")
RATE = rate("per_100_000", "لكل 100,000 دفعة", "Per 100,000 payments")
AGES = (
    count("days_0_1", "0–1", "0–1"),
    count("days_2_3", "2–3", "2–3"),
    count("days_4_7", "4–7", "4–7"),
    count("days_8_30", "8–30", "8–30"),
    count("days_31", "أكثر من 30", "more than 30"),
)
"""Of what has an `age` in days; `AGED` counts it so."""
AGED = """count(*) FILTER (WHERE age <= 1), count(*) FILTER (WHERE age IN (2, 3)),
        count(*) FILTER (WHERE age BETWEEN 4 AND 7), count(*) FILTER (WHERE age BETWEEN 8 AND 30), count(*) FILTER (WHERE age > 30)"""
