"""ISO 20022 messages against their published definitions: order, how often, choices, lengths, patterns, digits; by pyiso20022's classes,
and validated against the official schemas that lie in `tests/iso20022` (docs/dependencies.md says where they come from)."""

import dataclasses
import importlib
import re
import typing
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree
from xsdata.exceptions import ConverterWarning, ParserError
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

OFFICIAL = Path(__file__).parent / "iso20022"
WITH_SCHEMAS = {path.stem for path in OFFICIAL.glob("*.xsd")}
_CHOICE = re.compile(r"Choice\d*$")
"""In ISO 20022 a type so named is an `xs:choice`; the classes do not tell it otherwise."""
STRICT = ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True)


def read(content: bytes) -> Any:
    """The message as an object of its class; AssertionError names every place where it breaks the definition."""
    assert by_official_schema(content) == []
    return by_classes(content)


def by_classes(content: bytes) -> Any:
    root, message = _opened(content)
    module = importlib.import_module(f"pyiso20022.{message.split('.')[0]}.{message.replace('.', '_')}.{message.replace('.', '_')}")
    try:
        document = XmlParser(config=STRICT).from_bytes(content, module.Document)
    except (ParserError, ConverterWarning, TypeError) as fault:
        raise AssertionError(str(fault)) from fault
    wrong = [*_in_order(root, module.Document), *_within(document, "Document")]
    assert wrong == []
    return document


def by_official_schema(content: bytes) -> list[str]:
    """What breaks it; nothing where the schema of this message is not at hand."""
    root, message = _opened(content)
    if message not in WITH_SCHEMAS:
        return []
    schema = _schema(message)
    schema.validate(root)
    log: Any = schema.error_log
    return [str(fault) for fault in log]


def _opened(content: bytes) -> tuple[Any, str]:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    namespace = etree.QName(root).namespace
    prefix = "urn:iso:std:iso:20022:tech:xsd:"
    assert namespace is not None
    assert namespace.startswith(prefix)
    return root, namespace.removeprefix(prefix)


@cache
def _schema(message: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(OFFICIAL / f"{message}.xsd")))


def _fields(kind: type[Any]) -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(kind)
    return {str(item.metadata.get("name", item.name)): (item, _inner(hints[item.name])) for item in dataclasses.fields(kind)}


def _inner(hint: Any) -> Any:
    while (arguments := [each for each in typing.get_args(hint) if each is not type(None)]) != []:
        hint = arguments[0]
    return hint


def _in_order(element: Any, kind: Any) -> list[str]:
    """xsdata reads elements in any order; the schemas do not."""
    if not dataclasses.is_dataclass(kind):
        return []
    assert isinstance(kind, type)
    fields = _fields(kind)
    places = list(fields)
    names = [etree.QName(child).localname for child in element]
    wrong = [] if names == sorted(names, key=places.index) else [f"{etree.QName(element).localname}: {names} is not in order"]
    for child in element:
        wrong += _in_order(child, fields[etree.QName(child).localname][1])
    return wrong


def _within(value: Any, path: str) -> list[str]:
    wrong: list[str] = []
    if _CHOICE.search(type(value).__name__) and sum(getattr(value, item.name) is not None for item in dataclasses.fields(value)) != 1:
        wrong.append(f"{path} is a choice and has not one of it")
    for item in dataclasses.fields(value):
        held = getattr(value, item.name)
        name = f"{path}/{item.metadata.get('name', item.name)}"
        many = held if isinstance(held, list) else [] if held is None else [held]
        if len(many) < item.metadata.get("min_occurs", 0) or (item.metadata.get("required") and not many):
            wrong.append(f"{name} is missing")
        for each in many:
            wrong += _within(each, name) if dataclasses.is_dataclass(each) else _simple(each, item.metadata, name)
    return wrong


def _simple(value: Any, rule: Any, name: str) -> list[str]:
    if isinstance(value, Enum):
        return []
    text, wrong = str(value), []
    if not rule.get("min_length", 0) <= len(text) <= rule.get("max_length", len(text)):
        wrong.append(f"{name} has {len(text)} characters")
    if "pattern" in rule and not re.fullmatch(rule["pattern"], text):
        wrong.append(f"{name} {text} is not {rule['pattern']}")
    if isinstance(value, Decimal):
        digits = value.as_tuple()
        assert isinstance(digits.exponent, int)
        if -digits.exponent > rule.get("fraction_digits", 99) or len(digits.digits) > rule.get("total_digits", 99):
            wrong.append(f"{name} {text} has too many digits")
        if "min_inclusive" in rule and value < rule["min_inclusive"]:
            wrong.append(f"{name} {text} is too small")
    return wrong
