"""What the process that sees plain text for a moment must not leave behind."""

from __future__ import annotations

import ctypes
import faulthandler
import sys

PR_SET_DUMPABLE = 4


def leave_no_core() -> None:
    """No core file, no crash report, no look into memory by other processes of the same user.

    Where the system has no such switch (Windows, macOS in part), what there is is switched off. Memory that the system
    swaps out is not ours to keep: ``docs/threat-model.md`` says what to do about it.
    """
    faulthandler.disable()
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
