"""Refusals of webhooks: why an end point is not taken, or what of it is not there."""

from switch.domain.errors import Refusal


class WebhookUrlRefused(Refusal):
    code = "webhook_url_refused"
    en = "The switch does not call this address: {why}."
    ar = "لا يتصل المحوّل بهذا العنوان: {why_ar}."


class WebhookUrlTaken(Refusal):
    code = "webhook_url_taken"
    en = "This address is registered already, as {endpoint_id}; where its secret is lost, take a new one."
    ar = "هذا العنوان مسجّل من قبل بالمعرّف {endpoint_id}؛ وإن ضاع سره فاطلبوا سراً جديداً."


class WebhookEndpointsTooMany(Refusal):
    code = "webhook_endpoints_too_many"
    en = "A bank has {most} webhook end points at most; remove one first."
    ar = "لكل مصرف {most} نقاط إشعار على الأكثر؛ احذفوا واحدة أولاً."


class WebhookEndpointUnknown(Refusal):
    code = "webhook_endpoint_unknown"
    en = "There is no such webhook end point of yours."
    ar = "لا توجد نقطة إشعار لكم بهذا المعرّف."


class WebhookEndpointDisabled(Refusal):
    code = "webhook_endpoint_disabled"
    en = "The webhook end point is disabled, because it answered 410 Gone; a test makes it active again."
    ar = "نقطة الإشعار معطّلة لأنها أجابت بالرمز 410؛ واختبارها يفعّلها من جديد."


class WebhookEventUnknown(Refusal):
    code = "webhook_event_unknown"
    en = "There is no such event for this webhook end point."
    ar = "لا يوجد حدث بهذا المعرّف لنقطة الإشعار هذه."
