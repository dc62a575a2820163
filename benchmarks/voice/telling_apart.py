"""Can right receipts be told from wrong ones by the time of the answer, or reports from each other by their size?

    python benchmarks/voice/telling_apart.py                       # 100 receipts of each kind, 300 under load
    python benchmarks/voice/telling_apart.py --served 10

Time: as a stranger measures it, against ``convive citizen`` over HTTP, in turns drawn by chance: Mann-Whitney's test of
right against wrong and of illegible against wrong with the area under the curve (0.5: nothing to tell), and that of
Kolmogorov and Smirnov. Three servers: one without the wait, which shows what the wait has to hide; one with it; and one
with it while eight try receipts at once and four report. Beside each, the delay that the test would have noticed.

Size: reports of five subjects with texts of very different lengths, with and without a photo; chi-square of the size
class against the subject, and the number of sizes that a report without a photo can have. Once with photos that have
nothing to do with the subject, and once with photos that have.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import tempfile
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import killing
import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from convive.voice.content import Attachment

SUBJECTS = ("extortion", "threat", "killing", "corruption", "other")
PHOTOS = {"extortion": 0.5, "threat": 0.5, "killing": 0.1, "corruption": 0.3, "other": 0.2}
"""Share of reports with a photo if it depended on the subject (threats come as messages, of which one keeps a picture):
our supposition, to see what the size class would then tell."""
WRONG = "1 arroz 2 sal 3 leche 4 pan 5 pollo 6 papa 7 uva 8 miel"
KINDS = ("right", "wrong", "illegible")
RUNS = (
    ("without the wait, one client", 0.0, 1, 0),
    ("with a wait in steps of half a second, one client", 0.5, 1, 0),
    ("with the same wait, eight clients at once while four report", 0.5, 8, 4),
)
"""Title, ``even_seconds``, clients at once, others who report meanwhile. The steps of the house are of two seconds:
here they are shorter only so that more tries fit into the time."""


def main() -> None:
    options = _options()
    work = Path(tempfile.mkdtemp(prefix="telling-"))
    try:
        (work / "tmp").mkdir()
        keys = killing._observatory(work / "city")
        killing._found_custody(work / "city", keys)
        for title, step, clients, reporting in RUNS:
            _limits(work / "city", step)
            server = killing.Server(work / "city", options.port, work / "log", work / "tmp")
            try:
                killing._wait([server])
                number = options.served * (1 if clients == 1 else 3)
                times = _served(server.port, number, clients, reporting)
            finally:
                server.kill()
            _told(title, times)
        _sizes(options.sizes)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _limits(folder: Path, step: float) -> None:
    path = folder / "voice" / "limits.toml"
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("even_seconds")]
    path.write_text("\n".join([*kept, f"even_seconds = {step}", ""]), "utf-8")


def _served(port: int, number: int, clients: int, reporting: int) -> dict[str, list[float]]:
    """Seconds until the answer, by kind: ``number`` tries of each, in turns drawn by chance, by so many ``clients`` at
    once while others are ``reporting``."""
    typed = {"right": killing._report(port, "x"), "wrong": WRONG, "illegible": "hola, ¿hay alguien?"}
    turns = [kind for kind in KINDS for _ in range(number)]
    random.Random(20261128).shuffle(turns)
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    done = threading.Event()
    others = [threading.Thread(target=_report_on, args=(port, done)) for _ in range(reporting)]
    for one in others:
        one.start()

    def ask(kind: str) -> None:
        began = time.perf_counter()
        killing._ask(port, "POST", "/es/c/", urllib.parse.urlencode({"receipt": typed[kind]}))
        times[kind].append(time.perf_counter() - began)

    ask("wrong")
    times["wrong"].clear()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask, turns))
    done.set()
    for one in others:
        one.join()
    return times


def _report_on(port: int, done: threading.Event) -> None:
    while not done.is_set():
        killing._report(port, "x")
        time.sleep(0.2)


def _told(title: str, times: dict[str, list[float]]) -> None:
    print(f"{title} ({len(times['right'])} of each)")
    for kind in KINDS:
        middle, late = np.quantile(times[kind], [0.5, 0.95]) * 1000
        print(f"  {kind:10} median {middle:9.2f} ms, 95th percentile {late:9.2f} ms")
    for kind in ("right", "illegible"):
        test, shape = stats.mannwhitneyu(times[kind], times["wrong"]), stats.ks_2samp(times[kind], times["wrong"])
        area = test.statistic / len(times[kind]) / len(times["wrong"])
        print(
            f"  {kind} against wrong: area under the curve {area:.3f}, Mann-Whitney p = {test.pvalue:.3f}; "
            f"Kolmogorov-Smirnov D = {shape.statistic:.3f}, p = {shape.pvalue:.3f}"
        )
    print(f"  a difference of {_noticed(times['wrong']):.2f} ms would have been noticed (p < 0.01)")


def _noticed(times: list[float]) -> float:
    """The smallest delay, in milliseconds, that the test finds when half of ``times`` are held up by it."""
    first, second = np.array(times[::2]), np.array(times[1::2])
    first = first - np.median(first) + np.median(second)
    for step in np.geomspace(0.01, 1000, 200):
        if stats.mannwhitneyu(first + step / 1000, second).pvalue < 0.01:
            return float(step)
    return float("inf")


def _sizes(number: int) -> None:
    from PIL import Image

    from convive.voice.attachments import clean
    from convive.voice.limits import limits

    written = io.BytesIO()
    Image.effect_noise((900, 700), 60).convert("RGB").save(written, "JPEG", quality=80)
    photo = clean(written.getvalue(), 1, limits().attachments)
    for title, shares in (("as often of every subject", dict.fromkeys(SUBJECTS, 0.3)), ("as supposed", PHOTOS)):
        table, plain = _classes(number, shares, photo)
        test = stats.chi2_contingency(table[:, table.sum(axis=0) > 0])
        guessed = table.max(axis=0).sum() / table.sum()
        print(f"size classes of {int(table.sum()):,} reports by subject, of 8 to 4,800 letters; a photo {title}")
        print(f"  chi-square {test.statistic:.2f}, {test.dof} degrees of freedom, p = {test.pvalue:.2g}")
        print(
            f"  who guesses the subject by the class is right in {guessed:.0%}, by nothing in {1 / len(SUBJECTS):.0%}"
        )
        print(f"  sizes of reports without a photo: {len(plain)}")


def _classes(number: int, shares: dict[str, float], photo: Attachment) -> tuple[np.ndarray, set[int]]:
    """Reports by subject and size class; and the sizes of those without a photo."""
    from convive.voice import form
    from convive.voice.content import Content
    from convive.voice.sealed import CLASSES, pad

    chance = random.Random(20261128)
    table = np.zeros((len(SUBJECTS), len(CLASSES)))
    plain = set()
    for place, subject in enumerate(SUBJECTS):
        for _ in range(number):
            words = "palabra " * chance.randint(1, 600 if place % 2 else 60)
            answers = form.answers({"what": words, "subject": subject}, units={}, cell=1000)
            with_photo = chance.random() < shares[subject]
            size = len(pad(Content("report", answers, (photo,) if with_photo else ()).to_bytes()))
            table[place, CLASSES.index(size)] += 1
            if not with_photo:
                plain.add(size)
    return table, plain


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--served", type=int, default=100)
    parser.add_argument("--sizes", type=int, default=400)
    parser.add_argument("--port", type=int, default=8790)
    return parser.parse_args()


if __name__ == "__main__":
    main()
