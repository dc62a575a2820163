"""Tags that the templates use: texts, links."""

from __future__ import annotations

import re

from django import template
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from convive.publication.pages import addresses
from convive.publication.pages.page import Block, Link
from convive.texts import say

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Context, address: str, *parts: str, language: str = "", **values: object) -> str:
    """``{% t "web.skip" %}``; further words are joined to the address: ``{% t "site.nav" name %}``."""
    return say(".".join((address, *parts)), language or context["language"], **values)


@register.simple_tag(takes_context=True)
def to_page(context: Context, name: str, anchor: str = "", language: str = "") -> str:
    """The relative address of a page in the reader's language (or in ``language``)."""
    language = language or context["language"]
    current = context.get("page")
    if anchor and current is not None and (current.name, current.language) == (name, language):
        return f"#{anchor}"
    folder = f"{context['root']}{addresses.folder(name, language)}"
    folder = f"{folder}index.html" if context["explicit"] else folder or "./"
    return f"{folder}#{anchor}" if anchor else folder


@register.simple_tag(takes_context=True)
def href(context: Context, link: Link) -> str:
    """The address of a :class:`Link`."""
    if link.page:
        return to_page(context, link.page, link.anchor)
    return f"{context['root']}{link.data}" if link.data else link.url


@register.filter
def breakable(name: str) -> SafeString:
    """A file's name that may go on in the next line after each of its words."""
    return format_html_join("", "{}<wbr>", ((part,) for part in _WORDS.findall(name)))


_WORDS = re.compile(r"[^_.\-/]*[_.\-/]+|[^_.\-/]+")


@register.simple_tag(takes_context=True)
def include_block(context: Context, block: Block) -> str:
    """A block in the template of its kind."""
    found = context.template.engine.get_template(f"public/blocks/{block.kind}.html")
    with context.push(block=block):
        return found.render(context)
