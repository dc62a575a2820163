"""What the process that sees plain text for a moment must not leave behind."""

from __future__ import annotations

import ctypes
import faulthandler
import sys
from pathlib import Path

PR_SET_DUMPABLE = 4
MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT = 1, 2, 4
SWAPS = Path("/proc/swaps")


def close_memory() -> None:
    """No core, no crash report, nothing swapped out where the system lets us say so."""
    leave_no_core()
    stay_in_memory()


def leave_no_core() -> None:
    """No core file, no crash report, no look into memory by other processes of the same user.

    Where the system has no such switch (Windows, macOS in part), what there is is switched off.
    """
    faulthandler.disable()
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def stay_in_memory() -> bool:
    """Keep all memory of this process, now and later, out of swap; False where the system refuses.

    Only where no limit is set, for what goes beyond a limit would not be swapped but fail: systemd's
    ``LimitMEMLOCK=infinity``, or root.
    """
    if sys.platform != "linux":
        return False
    import resource

    endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, endless)
    except (ValueError, OSError):
        return False
    return bool(ctypes.CDLL(None).mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)


def may_be_swapped() -> bool:
    """Whether words could reach a disk by way of swap: there is some, and this process may not stay out of it. Where
    the system does not say (it is no Linux), they could."""
    try:
        areas = SWAPS.read_text("ascii").splitlines()[1:]
    except (OSError, UnicodeError):
        return True
    return bool(areas) and not stay_in_memory()
