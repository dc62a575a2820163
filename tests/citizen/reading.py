"""What the tests read from a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpResponse


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    assert found, html
    return found[1]


def receipt_of(response: HttpResponse) -> tuple[str, str]:
    """Both forms of the receipt that a page shows."""
    forms = re.findall(r'<ol class="plain">(.*?)</ol>', response.text, re.S)
    both = ["\n".join(re.findall(r"<li>(.*?)</li>", one)) for one in forms]
    assert len(both) == 2
    return both[0], both[1]
