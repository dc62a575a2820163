"""Where the place of an error is told: standard error, as it is at that moment."""

from __future__ import annotations

import logging
import sys
from typing import TextIO


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to the standard error of the moment. Where that fails it says nothing: what Python would print of the
    failure holds the whole chain of errors, with what somebody wrote."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        del record


def place_of(error: BaseException) -> str:
    """Kind and innermost place of an error: ``ValueError views.py:12``. Never its message."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f"{type(error).__name__} {file}:{trace.tb_lineno}"
