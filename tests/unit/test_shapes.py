"""Shapes made of our own values are those that pydantic makes."""

import pytest

from switch.api.shapes import Amount, BilingualName, Shape
from switch.api.webhook_views import WebhookEventView


@pytest.mark.parametrize(
    ("kind", "values"), [(Amount, {"amount": "1.00", "currency": "SYP"}), (BilingualName, {"ar": "اسم", "en": "name"})]
)
def test_a_whole_shape_is_the_same_in_every_way(kind: type[Shape], values: dict[str, str]) -> None:
    made, checked = kind.model_construct(None, **values), kind(**values)
    assert made == checked
    assert made.model_dump_json() == checked.model_dump_json()
    assert (made.model_fields_set, repr(made)) == (checked.model_fields_set, repr(checked))


def test_what_is_left_out_gets_its_default() -> None:
    left_out = {name: None for name, field in WebhookEventView.model_fields.items() if field.is_required()}
    made = WebhookEventView.model_construct(None, **left_out)
    assert made.log_head is None
    assert made.__dict__.keys() == WebhookEventView.model_fields.keys()
