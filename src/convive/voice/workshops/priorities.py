"""The words of the priorities that are voted on: typed by people, and published. What in them may name somebody?

The machine marks, a person decides: whoever did not write them says which may be published in their words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from convive.fold import folded
from convive.voice.scrubbing import marks

_NAME = re.compile(r"(?<=[^\s.:;!?¿¡])\s+((?:[A-ZÁÉÍÓÚÜÑ][\w.]*)(?:\s+(?:de|del|la|los|las|y|[A-ZÁÉÍÓÚÜÑ][\w.]*))*)")
"""Words with a capital that do not begin a sentence, and those that go on from there."""


def may_name(words: str, places: Iterable[str] = ()) -> tuple[str, ...]:
    """The parts of ``words`` that may name a person or a place: what the scrubbing desk would mark, capitals inside a
    sentence, and the ``places`` of the territory, in whatever letters they were typed."""
    found = [words[one.start : one.end] for one in marks(words)]
    found += [one[1].strip() for one in _NAME.finditer(words)]
    plain = f" {folded(words)} "
    found += [place for place in places if re.search(rf"\W{re.escape(folded(place))}\W", plain)]
    return tuple(dict.fromkeys(found))
