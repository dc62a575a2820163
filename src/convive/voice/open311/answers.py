"""Answers of Open311 in XML and JSON from the same tree: JSON has no element around the entries of a list."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

MIME = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
_NOT_XML = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

ENTRIES = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "errors": "error",
    "endpoints": "endpoint",
    "formats": "format",
}
"""What an entry of each list is called in XML."""


def written(root: str, content: Any, form: str) -> bytes:
    """``content`` (mappings, sequences, scalars) as ``xml`` below an element ``root``, or as ``json``."""
    if form == "json":
        return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    return bytes(ElementTree.tostring(_element(root, content), encoding="utf-8", xml_declaration=True))


def refusal(problems: Sequence[tuple[int, str]]) -> tuple[int, list[dict[str, Any]]]:
    """HTTP status and array of errors from (code, description); of several codes the first is the status."""
    return problems[0][0], [{"code": code, "description": words} for code, words in problems]


def _element(name: str, content: Any) -> ElementTree.Element:
    element = ElementTree.Element(name)
    if isinstance(content, Mapping):
        element.extend([_element(key, value) for key, value in content.items()])
    elif isinstance(content, list | tuple):
        element.extend([_element(ENTRIES[name], one) for one in content])
    elif content is not None:
        text = str(content).lower() if isinstance(content, bool) else str(content)
        element.text = _NOT_XML.sub("\ufffd", text)
    return element
