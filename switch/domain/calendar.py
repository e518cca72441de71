"""The calendar: business dates, holidays, cut-offs, and the zone in which they are read."""

from datetime import date, datetime, timedelta, timezone

BUSINESS_ZONE = timezone(timedelta(hours=3))
"""Damascus: UTC+3 all year since October 2022; fixed here, because a bare machine may have no zone data."""


def local_date(at: datetime) -> date:
    """The day on the calendar in Damascus; a holiday is a day, too."""
    return at.astimezone(BUSINESS_ZONE).date()
