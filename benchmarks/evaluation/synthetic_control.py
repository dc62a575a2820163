r"""Synthetic control of Proposition 99 with its placebos, beside pysyncon on the same matrices in the same run.

    python benchmarks/evaluation/synthetic_control.py                # eight placebos of pysyncon, all 38 of ours
    python benchmarks/evaluation/synthetic_control.py --placebos 38  # all of both; ten minutes and more

Predictors and periods are those of Abadie, Diamond & Hainmueller (JASA 2010). Both search the predictor weights by
Nelder–Mead; the loss is the mean squared gap 1970–1988. Ours prints a digest of all weights to nine decimals. With
another BLAS, other kernels, another number of threads or another processor the weights must be the same:

    python benchmarks/evaluation/synthetic_control.py --placebos 0 --save weights.npy
    OPENBLAS_CORETYPE=Haswell OPENBLAS_NUM_THREADS=2 \
        python benchmarks/evaluation/synthetic_control.py --placebos 0 --against weights.npy
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import runpy
import time
from pathlib import Path

import numba
import numpy as np
import threadpoolctl

from convive.evaluation.designs.augmented_synthetic_control import augmented
from convive.evaluation.designs.predictor_weights import Nested, nested
from convive.evaluation.designs.synthetic_control import weights

STATES = runpy.run_path(str(Path(__file__).parents[2] / "tests/unit/evaluation/proposition_99.py"))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--placebos", type=int, default=8)
    asked.add_argument("--save", type=Path, help="keep all weights here")
    asked.add_argument("--against", type=Path, help="weights that were kept")
    given = asked.parse_args()
    states, before = STATES["load"](), STATES["BEFORE"]
    ours(states, before, 1)  # compiles
    began = time.perf_counter()
    found = [ours(states, before, row) for row in range(1, 39)]
    spent = (time.perf_counter() - began) / 38
    print(f"convive: 38 placebos, {1000 * spent:.0f} ms each; load of the machine {os.getloadavg()[0]:.1f}")
    same(states, before, found, given.save, given.against)
    if given.placebos:
        faster(states, before, found, spent, given.placebos)


def faster(states: object, before: int, found: list[Nested], spent: float, wanted: int) -> None:
    began = time.perf_counter()
    others = [pysyncon(states, before, row) for row in range(1, wanted + 1)]
    peer = (time.perf_counter() - began) / wanted
    print(f"pysyncon: {wanted} placebos, {1000 * peer:.0f} ms each")
    print(f"ratio: {peer / spent:.0f} times")
    for row, (own, loss) in enumerate(zip(found, others, strict=False), start=1):
        name = states.names[row]  # type: ignore[attr-defined]
        print(f"{name:16} mean squared gap: convive {own.mspe:.4f}, pysyncon {loss:.4f}")


def same(states: object, before: int, found: list[Nested], save: Path | None, against: Path | None) -> None:
    """The weights of every state by predictors, by outcomes alone and augmented, beside those of another run."""
    y = states.sales[:, :before]  # type: ignore[attr-defined]
    rows = [(y[[at for at in range(1, 39) if at != row]], y[row]) for row in range(1, 39)]
    every = np.array([[one.weights, weights(*row), augmented(*row)] for one, row in zip(found, rows, strict=True)])
    digest = hashlib.sha256((np.round(every, 9) + 0.0).tobytes()).hexdigest()[:16]
    print(f"weights {digest} by numpy {np.__version__}, numba {numba.__version__}, {platform.machine()}")
    for pool in threadpoolctl.threadpool_info():
        if pool["user_api"] == "blas":
            told = (pool["internal_api"], pool["version"], pool.get("architecture"), pool["num_threads"])
            print("  BLAS: " + ", ".join(str(one) for one in told))
    if save:
        np.save(save, every)
    if against:
        print(f"  furthest from {against.name}: {np.abs(every - np.load(against)).max():.1e}")


def ours(states: object, before: int, row: int) -> Nested:
    """The nested weights of the state in ``row``, California not lending itself."""
    rest = [at for at in range(1, 39) if at != row]
    x, y = states.predictors, states.sales[:, :before]  # type: ignore[attr-defined]
    return nested(x[rest], x[row], y[rest], y[row])


def pysyncon(states: object, before: int, row: int) -> float:
    """The loss that pysyncon reaches on the same."""
    import pandas as pd
    from pysyncon import Synth

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
