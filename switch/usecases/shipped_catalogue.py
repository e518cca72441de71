"""The shipped catalogue: four JSON documents in a folder, our own or one of the same form."""

import json
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from switch.domain.catalogue_document import NationalCatalogue, national_catalogue
from switch.domain.directory_errors import CatalogueMalformed

DOCUMENTS = ("national", "authorities", "tariffs", "holidays")


def read_catalogue(folder: Traversable | None = None) -> NationalCatalogue:
    """Raises CatalogueMalformed, which names the document or the place in it."""
    source = files("switch") / "catalogue" if folder is None else folder
    return national_catalogue(*(_document(source / f"{name}.json") for name in DOCUMENTS))


def catalogue_content(folder: Traversable | None = None) -> dict[str, str]:
    """Of a proposal to load it: the documents as they stand."""
    source = files("switch") / "catalogue" if folder is None else folder
    return {name: json.dumps(_document(source / f"{name}.json"), ensure_ascii=False) for name in DOCUMENTS}


def _document(source: Traversable) -> dict[str, Any]:
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueMalformed(place=source.name, why="the file is not there", why_ar="الملف غير موجود") from error
    except (ValueError, RecursionError) as error:
        raise CatalogueMalformed(place=source.name, why="it is not JSON in UTF-8", why_ar="ليس JSON بترميز UTF-8") from error
    if not isinstance(document, dict):
        raise CatalogueMalformed(place=source.name, why="an object is expected", why_ar="المتوقع كائن")
    return document
