"""Synthetic control of Proposition 99 with its placebos, beside pysyncon on the same matrices in the same run.

    python benchmarks/evaluation/synthetic_control.py                # three placebos of pysyncon, all 38 of ours
    python benchmarks/evaluation/synthetic_control.py --placebos 38  # all of both; about ten minutes
    OPENBLAS_CORETYPE=Nehalem python benchmarks/evaluation/synthetic_control.py   # the same digits

Predictors and periods are those of Abadie, Diamond & Hainmueller (JASA 2010). Both search the predictor weights by
Nelder–Mead; the loss is the mean squared gap 1970–1988. Ours prints a digest of all weights to nine decimals.
"""

from __future__ import annotations

import argparse
import hashlib
import runpy
import time
from pathlib import Path

import numpy as np
import pandas as pd
from pysyncon import Synth

from convive.evaluation.designs.predictor_weights import Nested, nested

STATES = runpy.run_path(str(Path(__file__).parents[2] / "tests/unit/evaluation/proposition_99.py"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--placebos", type=int, default=3)
    wanted = asked.parse_args().placebos
    states, before = STATES["load"](), STATES["BEFORE"]
    ours(states, before, 1)  # compiles
    began = time.perf_counter()
    found = [ours(states, before, row) for row in range(1, 39)]
    spent = (time.perf_counter() - began) / 38
    weights = np.round(np.array([one.weights for one in found]) + 0.0, 9)
    digest = hashlib.sha256(weights.tobytes()).hexdigest()[:16]
    print(f"convive: 38 placebos, {1000 * spent:.0f} ms each; weights {digest}")
    began = time.perf_counter()
    others = [pysyncon(states, before, row) for row in range(1, wanted + 1)]
    peer = (time.perf_counter() - began) / wanted
    print(f"pysyncon: {wanted} placebos, {1000 * peer:.0f} ms each")
    print(f"ratio: {peer / spent:.0f} times")
    for row, (own, loss) in enumerate(zip(found, others, strict=False), start=1):
        print(f"{states.names[row]:16} mean squared gap: convive {own.mspe:.4f}, pysyncon {loss:.4f}")


def ours(states: object, before: int, row: int) -> Nested:
    """The nested weights of the state in ``row``, California not lending itself."""
    rest = [at for at in range(1, 39) if at != row]
    x, y = states.predictors, states.sales[:, :before]  # type: ignore[attr-defined]
    return nested(x[rest], x[row], y[rest], y[row])


def pysyncon(states: object, before: int, row: int) -> float:
    """The loss that pysyncon reaches on the same."""
    rest = [at for at in range(1, 39) if at != row]
    names = [states.names[at] for at in rest]  # type: ignore[attr-defined]
    x, y = states.predictors, states.sales[:, :before]  # type: ignore[attr-defined]
    model = Synth()
    model.fit(
        X0=pd.DataFrame(x[rest].T, columns=names),
        X1=pd.Series(x[row], name="own"),
        Z0=pd.DataFrame(y[rest].T, columns=names),
        Z1=pd.Series(y[row], name="own"),
    )
    return float(model.loss_V)


if __name__ == "__main__":
    main()
