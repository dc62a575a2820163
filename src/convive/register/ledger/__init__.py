"""The ledger of human decisions: append-only lines with who, when and why, applied at every build."""

from convive.register.ledger.applying import Applied, OfCase, applied, contradiction_problem
from convive.register.ledger.contradictions import Contradiction, contradictions
from convive.register.ledger.decision import KINDS, Decision, reasons
from convive.register.ledger.line import Line
from convive.register.ledger.names import record_names
from convive.register.ledger.reading import Ledger, read
from convive.register.ledger.store import AlreadyDecided, append

__all__ = [
    "KINDS",
    "AlreadyDecided",
    "Applied",
    "Contradiction",
    "Decision",
    "Ledger",
    "Line",
    "OfCase",
    "append",
    "applied",
    "contradiction_problem",
    "contradictions",
    "read",
    "reasons",
    "record_names",
]
