"""Crime analysis: where, when, and how sure. One file a method; pure functions on arrays, which read and write nothing.

Coordinates are metres, times days, unless an argument says otherwise. Every test says what its null model is, how many
simulations it ran and from which seed; the same seed gives the same answer whatever the number of threads. Methods work
on places, hours and policies, never on people.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile

import numba


def _room_for_kernels() -> None:
    """Where neither the package's folder nor the user's can be written, as with a service that has no home, Numba
    refuses to keep a kernel: then it keeps them in a folder of this process alone, for others could plant theirs in a
    shared one."""
    try:
        numba.njit(cache=True)(_room_for_kernels)
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="convive-kernels-")
        vars(numba.config)["CACHE_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


_room_for_kernels()
