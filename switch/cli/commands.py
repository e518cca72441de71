"""The table of commands: each file is imported when its command is called, so that a process pays only for what it does."""

from contextvars import ContextVar
from importlib import import_module
from types import MappingProxyType
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

given: ContextVar[tuple[str, ...]] = ContextVar("given", default=())
"""The words of the command, as they were typed."""

COMMANDS = MappingProxyType(
    {
        "run": "run:run",
        "demo": "demo:demo",
        "bank": "bank:app",
        "sign": "sign:sign",
        "serve": "serve:serve",
        "worker": "worker:worker",
        "sftp": "sftp:sftp",
        "migrate": "migrate:app",
        "keys": "keys:app",
        "ca": "ca:app",
        "participant": "participant:app",
        "catalogue": "catalogue:app",
        "debt": "debt:app",
        "split": "split:app",
        "tariff": "tariff:app",
        "cap": "cap:app",
        "payment": "payment:app",
        "proposal": "proposal:app",
        "staff": "staff_accounts:app",
        "advice": "advice:app",
        "webhook": "webhook:app",
        "window": "window:app",
        "settle": "settle:app",
        "rtgs": "rtgs:app",
        "files": "files:app",
        "archive": "archive:app",
        "push": "push:app",
        "statement": "statement:app",
        "reconcile": "reconcile:reconcile",
        "breaks": "breaks:app",
        "suspense": "suspense:app",
        "dispute": "dispute:app",
        "report": "report:app",
        "verify": "verify:verify",
        "trial-balance": "trial_balance:trial_balance",
        "log": "log:app",
        "privacy": "privacy:app",
        "receipt": "receipt:app",
        "psql": "psql:psql",
        "openapi": "openapi:openapi",
        "simulate": "simulate:app",
    }
)
"""What each is: a file of this folder, and in it a function, or an `app` of several commands."""


class Commands(TyperGroup):
    """Typer keeps the types of contexts and commands to itself, hence Any."""

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        given.set(tuple(args))
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: Any) -> list[str]:
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = COMMANDS.get(cmd_name)
        return super().get_command(ctx, cmd_name) if place is None else _imported(cmd_name, place)


def _imported(name: str, place: str) -> Any:
    file, _, member = place.partition(":")
    module = import_module(f"switch.cli.{file}")
    found = getattr(module, member)
    if isinstance(found, typer.Typer):
        group = get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, context_settings=getattr(module, "PASSED_ON", None))(found)
    return get_command(alone)
