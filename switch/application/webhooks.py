"""Webhooks: what banks are told."""

from dataclasses import dataclass

from switch.usecases.deliver_webhooks import DeliverWebhooks
from switch.usecases.replay_webhooks import ReplayWebhooks
from switch.usecases.webhook_endpoints import RegisterWebhook, RemoveWebhook, RenewWebhookSecret, TryWebhook


@dataclass(frozen=True)
class WebhookCases:
    register_webhook: RegisterWebhook
    renew_webhook_secret: RenewWebhookSecret
    try_webhook: TryWebhook
    remove_webhook: RemoveWebhook
    deliver_webhooks: DeliverWebhooks
    replay_webhooks: ReplayWebhooks
