"""Bootstrap: settings, database and adapters become one Switch; the only package that knows both sides."""

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
from switch.bootstrap.tls import Serving, find_tls
from switch.bootstrap.wiring import Outside, make_switch

__all__ = [
    "DATABASE_NAME",
    "DATABASE_TROUBLE",
    "PUSH_KEY",
    "Outside",
    "Serving",
    "find_tls",
    "find_url",
    "load_former_keys",
    "load_switch_key",
    "look_at_schema",
    "make_switch",
    "migrate_database",
    "opened_switch",
]
