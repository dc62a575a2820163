from pathlib import Path

import numpy as np
import pytest

from convive.decision.matrix import Matrix, Scale
from convive.decision.reading import Strategy, load


@pytest.fixture(scope="session")
def founding(tumbes: Path) -> Strategy:
    return load(tumbes / "strategy")


@pytest.fixture(scope="session")
def random_matrices() -> list[Matrix]:
    """1,000 matrices of 2 to 9 approaches, 1 to 6 criteria, whole scores 1 … 5; many with ties and zero weights."""
    rng = np.random.default_rng(20)
    made = []
    for _ in range(1_000):
        n, m = int(rng.integers(2, 10)), int(rng.integers(1, 7))
        weights = rng.integers(0, 4, m).astype(float)
        weights[rng.integers(m)] += 1
        made.append(
            Matrix(
                tuple(f"a{i}" for i in range(n)),
                tuple(f"c{j}" for j in range(m)),
                rng.integers(1, 6, (n, m)).astype(float),
                rng.choice([-1.0, 1.0], m),
                weights,
                Scale(1, 5, 1),
            )
        )
    return made
