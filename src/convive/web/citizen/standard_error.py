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
