"""Server safety: a database server that may forget what it has acknowledged, or a clock that is far off, is not worked with."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from switch.domain.errors import Refusal

SAFE = {"fsync": ("on",), "full_page_writes": ("on",), "synchronous_commit": ("on", "remote_apply")}
"""Below `on`, synchronous_commit acknowledges what a crash takes back."""
FARTHEST_OFF_SECONDS = 30
OLDEST_VERSION = 150_000
_SETTINGS = text("SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')")
_VERSION_AND_TIME = text("SELECT current_setting('server_version_num')::integer, clock_timestamp()")


class ServerNotSafe(Refusal):
    code = "server_not_safe"
    en = "The database server has {setting} = {found}: after a crash it may have forgotten payments that were acknowledged. Set it to on."
    ar = "إعداد خادم قاعدة البيانات {setting} = {found}: قد ينسى بعد انهيارٍ دفعاتٍ أُقرّ بها. اجعله on."


class ServerTooOld(Refusal):
    code = "server_too_old"
    en = "The database server is PostgreSQL {found}; 15 or newer is needed."
    ar = "خادم قاعدة البيانات PostgreSQL {found}؛ والمطلوب 15 أو أحدث."


class ClockFarOff(Refusal):
    code = "clock_far_off"
    en = "This machine's clock and the database server's are {seconds} seconds apart, and at most {most} are allowed. Set the clocks right."
    ar = "بين ساعة هذا الجهاز وساعة خادم قاعدة البيانات {seconds} ثانية، والمسموح {most} على الأكثر. اضبط الساعتين."


async def require_safe(connection: AsyncConnection, now: datetime) -> None:
    """Raises ServerTooOld, ServerNotSafe, ClockFarOff."""
    version, server_time = (await connection.execute(_VERSION_AND_TIME)).one()
    if version < OLDEST_VERSION:
        raise ServerTooOld(found=version // 10_000)
    for name, setting in sorted((await connection.execute(_SETTINGS)).all()):
        if setting not in SAFE[name]:
            raise ServerNotSafe(setting=name, found=setting)
    apart = abs(server_time - now)
    if apart > timedelta(seconds=FARTHEST_OFF_SECONDS):
        raise ClockFarOff(seconds=int(apart.total_seconds()), most=FARTHEST_OFF_SECONDS)
