"""Bootstrap: settings, database and adapters become one Switch; the only package that knows both sides.

What only the API needs (`bootstrap.tls`) is imported from there: it brings the web framework along, which no command should wait for.
"""

from switch.bootstrap.opening import (
    DATABASE_NAME,
    DATABASE_TROUBLE,
    PUSH_KEY,
    find_url,
    load_former_keys,
    load_switch_key,
    look_at_schema,
    migrate_database,
    opened_switch,
)
from switch.bootstrap.wiring import Outside, make_switch

__all__ = [
    "DATABASE_NAME",
    "DATABASE_TROUBLE",
    "PUSH_KEY",
    "Outside",
    "find_url",
    "load_former_keys",
    "load_switch_key",
    "look_at_schema",
    "make_switch",
    "migrate_database",
    "opened_switch",
]
