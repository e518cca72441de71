"""Webhooks: what banks are told."""

from collections.abc import Sequence

from switch.application.webhooks import WebhookCases
from switch.bootstrap.wiring.parts import Parts
from switch.domain.payments import Payment, PaymentEvent
from switch.domain.webhooks import WebhookEvent
from switch.usecases.deliver_webhooks import DeliverWebhooks
from switch.usecases.replay_webhooks import ReplayWebhooks
from switch.usecases.webhook_endpoints import RegisterWebhook, RemoveWebhook, RenewWebhookSecret, TryWebhook


def webhook_cases(parts: Parts) -> WebhookCases:
    outside = parts.outside
    clock, adapters, chance = outside.clock, outside.adapters, outside.chance
    database = parts.database
    current, refresh = parts.directory.current, parts.directory.refresh
    return WebhookCases(
        register_webhook=RegisterWebhook(clock, database, refresh, outside.networks),
        renew_webhook_secret=RenewWebhookSecret(clock, database),
        try_webhook=TryWebhook(clock, database, refresh),
        remove_webhook=RemoveWebhook(clock, database, refresh),
        deliver_webhooks=DeliverWebhooks.on(clock, current, refresh, database, adapters.webhooks, _written, chance, parts.webhook_breakers),
        replay_webhooks=ReplayWebhooks(clock, database),
    )


def _written(event: WebhookEvent, payment: Payment | None, history: Sequence[PaymentEvent]) -> bytes:
    from switch.api.webhook_views import written  # noqa: PLC0415 - brings the web framework along, which no command should wait for

    return written(event, payment, history)
