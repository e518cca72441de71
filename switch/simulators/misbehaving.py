"""Misbehaving: one call, answered as it should be or as the script has it."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import replace

import structlog

from switch.simulators.mischief import Mischief, Rule, Script
from switch.simulators.wire import Reply, json_reply

HUGE_BYTES = 1 << 20
_log = structlog.get_logger("switch.simulators")


async def misbehaving(script: Script, whom: str, call: str, act: Callable[[Rule | None], Reply]) -> Reply | None:
    """`act` changes the books and says the truth, or the lie that the rule is about; None is silence."""
    rule = script.draw(whom, call)
    if rule is None:
        return act(None)
    _log.info("mischief", whom=whom, call=call, does=rule.does)
    match rule.does:
        case Mischief.SILENT:
            return None
        case Mischief.ERROR_500:
            return json_reply(500, {"code": "out_of_order"})
        case Mischief.CUT_BEFORE_BOOKING:
            return Reply(200, b"{}" * 32, whole=False)
        case Mischief.SLOW:
            await asyncio.sleep(rule.milliseconds / 1000)
            return act(rule)
        case Mischief.LATE:
            reply = act(rule)
            await asyncio.sleep(rule.milliseconds / 1000)
            return reply
        case _:
            return _spoilt(act(rule), rule.does)


def _spoilt(reply: Reply, does: Mischief) -> Reply:
    match does:
        case Mischief.CUT_AFTER_BOOKING:
            return replace(reply, whole=False)
        case Mischief.GARBAGE:
            return replace(reply, body=secrets.token_bytes(200))
        case Mischief.HUGE:
            return replace(reply, body=b" " * HUGE_BYTES)
        case Mischief.UNSIGNED:
            return replace(reply, signer=None)
        case _:
            return reply
