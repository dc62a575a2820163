"""The homologation table: what people have to settle, side by side, and the minutes of what they settled."""

from convive.register.homologation.comparing import Row, Word, compare
from convive.register.homologation.docket import Docket, Matter, docket
from convive.register.homologation.minutes import Minutes, minutes

__all__ = ["Docket", "Matter", "Minutes", "Row", "Word", "compare", "docket", "minutes"]
