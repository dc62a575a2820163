"""The log of everything that was done and seen, as the database keeps it: lines are only added.

:func:`record` is called inside the transaction of what it tells, so that neither is ever kept without the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convive.web.journal.models import Line


def record(*, act: str, subject: str, by: str, reason: str = "", details: Mapping[str, object] | None = None) -> Line:
    """Add a line to the log, in the transaction that runs; see :mod:`convive.committee.chain` for what each part means.

    Lines are written one after the other, whoever writes: the chain has one end. Call it as the last step of a change,
    for others wait until the transaction ends. Raises ``RuntimeError`` outside a transaction.
    """
    from convive.web.journal.writing import write

    return write(act=act, subject=subject, by=by, reason=reason, details=details or {})


def one_at_a_time() -> None:
    """From here to the end of the transaction nobody else adds a line: for changes of files that must not cross."""
    from convive.web.journal.writing import wait_for_others

    wait_for_others()
