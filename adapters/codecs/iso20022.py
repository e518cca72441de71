"""ISO 20022 messages as XML: written in one way, read without DTD, entities or network, validated where official schemas are at hand."""

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from adapters.codecs.strict_json import Malformed

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
LARGEST_BYTES = 64 << 20
Branch = tuple[object, ...]
"""A name, attributes where there are any, then a text or further branches; None is passed over."""


@dataclass(frozen=True, slots=True)
class Messages:
    schemas: Mapping[str, etree.XMLSchema] = field(default_factory=dict)
    """By message, such as `pacs.002.001.10`; without one a message is checked by its reader alone."""

    @classmethod
    def with_schemas(cls, folder: Path | None, messages: tuple[str, ...]) -> "Messages":
        """The folder holds `<message>.xsd` as ISO 20022 publishes them. Raises FileNotFoundError, ValueError."""
        if folder is None:
            return cls()
        schemas = {}
        for message in messages:
            path = folder / f"{message}.xsd"
            if not path.is_file():
                raise FileNotFoundError(errno.ENOENT, "no such schema", str(path))
            try:
                schemas[message] = etree.XMLSchema(etree.parse(str(path), _parser()))
            except etree.LxmlError as fault:
                raise ValueError(f"{path}: {fault}") from fault
        return cls(schemas)

    def written(self, message: str, content: Branch) -> bytes:
        """Raises Malformed where it does not keep its schema."""
        namespace = NAMESPACE + message
        names: Any = {None: namespace}  # the stubs know no names without prefix
        document = etree.Element(f"{{{namespace}}}Document", nsmap=names)
        _grow(document, content, namespace)
        self._require_valid(message, document)
        return etree.tostring(document, xml_declaration=True, encoding="UTF-8")

    def read(self, message: str, content: bytes) -> etree._Element:
        """The element inside `Document`, its names without the namespace. Raises Malformed."""
        if len(content) > LARGEST_BYTES:
            raise Malformed("the message is too large")
        try:
            document = etree.fromstring(content, _parser())
        except (etree.XMLSyntaxError, ValueError):
            raise Malformed("not XML") from None
        if _has_document_type(document):
            raise Malformed("the message has a document type")
        if document.tag != f"{{{NAMESPACE}{message}}}Document" or len(document) != 1:
            raise Malformed(f"not a {message}")
        self._require_valid(message, document)
        for element in document.iter():
            if isinstance(element.tag, str):
                element.tag = etree.QName(element).localname
        return document[0]

    def _require_valid(self, message: str, document: etree._Element) -> None:
        schema = self.schemas.get(message)
        if schema is not None and not schema.validate(document):
            raise Malformed(f"it breaks the schema of {message}: {_why(schema)}")


def one(element: etree._Element, path: str) -> str:
    """The text at the only place of that name. Raises Malformed."""
    found = element.findall(path)
    text = (found[0].text or "").strip() if len(found) == 1 else ""
    if not text or len(text) > 500 or not text.isprintable():
        raise Malformed(f"{path} is not there once")
    return text


def optional(element: etree._Element, path: str) -> str | None:
    return one(element, path) if element.find(path) is not None else None


def _has_document_type(document: etree._Element) -> bool:
    information: Any = document.getroottree().docinfo
    return bool(information.doctype)


def _why(schema: etree.XMLSchema) -> str:
    log: Any = schema.error_log
    return str(log.last_error)[:300]


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)


def _grow(parent: etree._Element, branch: Branch, namespace: str) -> None:
    name, *inside = branch
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    for part in inside:
        if isinstance(part, dict):
            element.attrib.update(part)
        elif isinstance(part, tuple):
            _grow(element, part, namespace)
        elif part is not None:
            element.text = str(part)
