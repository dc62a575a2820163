"""The homologation table: what people have to settle, side by side, each case with what was decided of it, and the
minutes."""

from convive.register.homologation.calling import no_longer_here, spoken, told
from convive.register.homologation.casefile import Said, case_file, decidable, lines_about
from convive.register.homologation.comparing import Row, Word, compare
from convive.register.homologation.disputes import disputes
from convive.register.homologation.docket import Docket, Matter, Sides, docket, other_pair
from convive.register.homologation.minutes import Minutes, minutes

__all__ = [
    "Docket",
    "Matter",
    "Minutes",
    "Row",
    "Said",
    "Sides",
    "Word",
    "case_file",
    "compare",
    "decidable",
    "disputes",
    "docket",
    "lines_about",
    "minutes",
    "no_longer_here",
    "other_pair",
    "spoken",
    "told",
]
