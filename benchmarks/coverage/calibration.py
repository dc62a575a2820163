"""How often the 95 % interval of the deaths that nobody saw holds the truth, in simulated registers of known truth.

``python benchmarks/coverage/calibration.py`` prints one row a kind of register: in how many of 1,000 the interval holds
the truth; in how many that of the averaged models would (Turek & Fletcher, Comput. Stat. Data Anal. 2012), which
Convive does not give; in how many it holds once the joins that linkage missed are reckoned with (where it missed none,
that is the first number again); how many of some of them the estimator answers at all, refusals and all, where it is
told what linkage missed; and in how many of those it holds.
First where the assumptions hold, then where they do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from convive.register.coverage import coverage
from convive.register.coverage.chapman import chapman, interval
from convive.register.coverage.estimate import rules
from convive.register.coverage.loglinear import averaged, fit, fullest, models, weights
from convive.register.coverage.missed import joins, mended, widened

RUNS = 1_000
ASKED = {2: 1_000, 3: 200, 4: 30}
"""Of so many registers, by the number of sources, the whole estimator is asked, one by one."""
SEED = 20160630
NAMES = "abcd"


@dataclass(frozen=True)
class Kind:
    """A kind of register: how many deaths, the chance of each source to see one, and two sources of which one follows
    the other: i, j, chance of j where i saw the death, and where it did not. ``easy``: a share of the deaths that all
    sources see with twice the odds. ``feed``: the chance that what all others saw reaches the last source too, which no
    pair explains. ``missed``: the share of the last source's records that linkage fails to join, each then a death of
    its own."""

    deaths: int
    seen: tuple[float, ...]
    dependent: tuple[int, int, float, float] | None = None
    easy: float = 0.0
    feed: float = 0.0
    missed: float = 0.0

    def told(self) -> str:
        shares = ", ".join(f"{share:.2f}" for share in self.seen)
        extra = (
            f"; {NAMES[self.dependent[0]]}→{NAMES[self.dependent[1]]} {self.dependent[2:]}" if self.dependent else ""
        )
        shown = ((name, getattr(self, name)) for name in ("easy", "feed", "missed"))
        return f"{self.deaths} deaths; {shares}{extra}{''.join(f'; {name} {of:.0%}' for name, of in shown if of)}"


HOLD = (
    Kind(150, (0.5, 0.5)),
    Kind(200, (0.8, 0.6)),
    Kind(500, (0.7, 0.3)),
    Kind(1000, (0.5, 0.4)),
    Kind(150, (0.8, 0.7, 0.5)),
    Kind(300, (0.8, 0.6, 0.5)),
    Kind(1000, (0.5, 0.4, 0.3)),
    Kind(500, (0.7, 0.6, 0.5), (0, 1, 0.75, 0.4)),
    Kind(500, (0.7, 0.6, 0.5), (0, 1, 0.65, 0.55)),
    Kind(1000, (0.5, 0.4, 0.3), (0, 1, 0.5, 0.33)),
    Kind(1000, (0.5, 0.4, 0.3), (0, 1, 0.44, 0.36)),
    Kind(400, (0.7, 0.6, 0.5, 0.4)),
    Kind(600, (0.7, 0.6, 0.5, 0.4), (1, 2, 0.7, 0.35)),
)
FAIL = (
    Kind(500, (0.7, 0.6), (0, 1, 0.75, 0.4)),
    Kind(500, (0.5, 0.4), easy=0.3),
    Kind(500, (0.5, 0.4, 0.3), easy=0.3),
    Kind(500, (0.5, 0.4, 0.3), feed=0.5),
    Kind(500, (0.7, 0.6), missed=0.05),
    Kind(500, (0.7, 0.6, 0.5), missed=0.05),
    Kind(400, (0.7, 0.6, 0.5, 0.4), easy=0.3),
    Kind(1000, (0.7, 0.6, 0.5, 0.4), feed=0.5),
    Kind(1000, (0.7, 0.6, 0.5, 0.4), missed=0.05),
)


def drawn(kind: Kind) -> tuple[np.ndarray, float]:
    """(RUNS, histories): deaths of each history from 1 on. And the share of joins that linkage missed."""
    draws = np.random.default_rng(SEED)
    chance = np.broadcast_to(np.array(kind.seen), (RUNS, kind.deaths, len(kind.seen)))
    if kind.easy:
        odds = 2 * chance / (1 - chance)
        chance = np.where(draws.random((RUNS, kind.deaths, 1)) < kind.easy, odds / (1 + odds), chance)
    saw = draws.random(chance.shape) < chance
    if kind.dependent:
        i, j, together, alone = kind.dependent
        saw[:, :, j] = draws.random((RUNS, kind.deaths)) < np.where(saw[:, :, i], together, alone)
    if kind.feed:
        saw[:, :, -1] |= saw[:, :, :-1].all(axis=2) & (draws.random((RUNS, kind.deaths)) < kind.feed)
    number = (saw * (1 << np.arange(len(kind.seen)))).sum(axis=2)
    counts = np.stack([(number == at).sum(axis=1) for at in range(1, 2 ** len(kind.seen))], axis=1).astype(float)
    share = 0.0
    if kind.missed:
        lost = saw[:, :, -1] & saw[:, :, :-1].any(axis=2) & (draws.random((RUNS, kind.deaths)) < kind.missed)
        last = 1 << len(kind.seen) - 1
        for at in range(last + 1, 2 ** len(kind.seen)):
            gone = (lost & (number == at)).sum(axis=1)
            counts[:, at - 1] -= gone
            counts[:, at - last - 1] += gone
        counts[:, last - 1] += lost.sum(axis=1)
        share = lost.sum() / np.maximum(saw.sum(axis=2) - 1, 0).sum()
    return counts, float(share)


Intervals = tuple[np.ndarray, np.ndarray]


def intervals(counts: np.ndarray, sources: int) -> tuple[np.ndarray, Intervals, Intervals]:
    """Total and interval of every run, by the estimator that answers for so many sources, and the averaged interval."""
    seen, confidence = counts.sum(axis=1), rules()["confidence"]
    if sources == 2:
        only_one, only_other, both = counts.T
        total, variance = chapman(only_one + both, only_other + both, both)
        told = interval(seen, np.maximum(total - seen, 0), variance, confidence=confidence)
        return total, told, told
    fits = [fit(counts, sources, pairs) for pairs in models(sources)]
    usable = np.array([one.error < rules()["largest_error"] for one in fits])
    usable[0] |= ~usable.any(axis=0)
    weight = weights(fits, usable, akaike=rules()["akaike_share"])
    total, at = averaged(fits, weight, seen), (fullest(fits, usable), np.arange(len(seen)))
    unseen, variance = (np.array([getattr(one, name) for one in fits]) for name in ("unseen", "variance"))
    low, high = interval(seen, unseen[at], variance[at], confidence=confidence)
    told = np.minimum(low, total), np.maximum(high, total)
    return total, told, of_averaged(seen, unseen, variance, weight)


def reckoned(counts: np.ndarray, sources: int, share: float, unmended: np.ndarray) -> Intervals:
    """The intervals where the share of joins that linkage missed is reckoned with."""
    whole = mended(counts, sources, share)
    total, (low, high), _ = intervals(whole, sources)
    return widened(low, total, high, unmended, share * joins(whole, sources), confidence=rules()["confidence"])


def of_averaged(seen: np.ndarray, unseen: np.ndarray, variance: np.ndarray, weight: np.ndarray) -> Intervals:
    """From where on each tail, every model's counted by its weight, holds half of what is left."""
    known, tail = unseen + 0.5, (1 - rules()["confidence"]) / 2
    spread = np.sqrt((variance + 0.5) / known**2)
    ends = []
    for part in (tail, 1 - tail):
        low, high = (np.log(known) - 9 * spread).min(axis=0), (np.log(known) + 9 * spread).max(axis=0)
        for _ in range(60):
            middle = (low + high) / 2
            below = (weight * ndtr((middle - np.log(known)) / spread)).sum(axis=0) < part
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        ends.append(seen - 0.5 + np.exp(middle))
    return np.maximum(ends[0], seen), ends[1]


def holds(ends: Intervals, deaths: int) -> float:
    """In which share of the runs the truth lies between the ends."""
    return float(((ends[0] <= deaths) & (deaths <= ends[1])).mean())


def answered(counts: np.ndarray, kind: Kind, missed: float) -> tuple[int, int]:
    """How many registers the whole estimator, refusals and all, answers, and how many of those intervals hold."""
    told = right = 0
    for row in counts[: ASKED[len(kind.seen)]]:
        histories = {
            frozenset(name for place, name in enumerate(NAMES) if at >> place & 1): int(deaths)
            for at, deaths in enumerate(row, 1)
        }
        found = coverage(histories, missed)
        if found.low is not None and found.high is not None:
            told += 1
            right += found.low <= kind.deaths <= found.high
    return told, right


def main() -> None:
    head = f"{'register':>52} {'mean total':>11} {'holds':>7} {'averaged':>9} {'mended':>7} {'answered':>9}"
    print(f"{head} {'holds of these':>15}")
    for title, kinds in (("where the assumptions hold", HOLD), ("where they do not", FAIL)):
        print(title)
        for kind in kinds:
            counts, missed = drawn(kind)
            total, told, other = intervals(counts, len(kind.seen))
            joined = reckoned(counts, len(kind.seen), missed, total)
            asked, right = answered(counts, kind, missed)
            share = f"{right / asked:>15.1%}" if asked else f"{'–':>15}"
            given = f"{asked / ASKED[len(kind.seen)]:>9.1%} {share}"
            print(
                f"{kind.told():>52} {total.mean():>11.1f} {holds(told, kind.deaths):>7.1%} "
                f"{holds(other, kind.deaths):>9.1%} {holds(joined, kind.deaths):>7.1%} {given}",
                flush=True,
            )


if __name__ == "__main__":
    main()
