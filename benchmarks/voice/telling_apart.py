"""Can right receipts be told from wrong ones by the time of the answer, or reports from each other by their size?

    python benchmarks/voice/telling_apart.py                       # 60 receipts of each kind with the wait, 400 bare
    python benchmarks/voice/telling_apart.py --served 10 --bare 60

Time: against a real server, in turns drawn by chance: Mann-Whitney's test of right against wrong and of illegible
against wrong, and the area under the curve (0.5: nothing to tell). With the wait, as a stranger measures it; and the
bare work in this process, which shows what the wait has to hide.

Size: reports of five subjects with texts of very different lengths, with and without a photo; chi-square of the size
class against the subject, and the number of sizes that a report without a photo can have.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path
from types import ModuleType

import numpy as np
from scipy import stats

SUBJECTS = ("extortion", "threat", "killing", "corruption", "other")
WRONG = "1 arroz 2 sal 3 leche 4 pan 5 pollo 6 papa 7 uva 8 miel"
KINDS = ("right", "wrong", "illegible")


def beside(name: str) -> ModuleType:
    """The module of a benchmark that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main() -> None:
    options = _options()
    killing = beside("killing")
    work = Path(tempfile.mkdtemp(prefix="telling-"))
    try:
        (work / "tmp").mkdir()
        keys = killing._observatory(work / "city")
        killing._found_custody(work / "city", keys)
        limits = work / "city" / "voice" / "limits.toml"
        limits.write_text(limits.read_text("utf-8").replace("even_seconds = 0\n", ""), "utf-8")
        server = killing.Server(work / "city", options.port, work / "log", work / "tmp")
        try:
            killing._wait([server])
            receipt = killing._report(server.port, "x")
            _served(killing, server.port, receipt, options.served)
        finally:
            server.kill()
        limits.write_text(limits.read_text("utf-8") + "even_seconds = 0\n", "utf-8")
        _bare(work / "city", receipt, options.bare)
        _sizes(options.sizes)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _served(killing: ModuleType, port: int, receipt: str, number: int) -> None:
    def ask(typed: str) -> float:
        began = time.perf_counter()
        killing._ask(port, "POST", "/es/c/", urllib.parse.urlencode({"receipt": typed}))
        return time.perf_counter() - began

    _told("as a stranger measures it, with the wait", _measure(ask, receipt, number))


def _bare(folder: Path, receipt: str, number: int) -> None:
    os.environ["CONVIVE_OBSERVATORY"] = str(folder)
    from convive.web.citizen import setup

    setup()
    from convive.web.citizen import desk
    from convive.web.citizen.receipts import find

    custody = desk.custody()
    assert custody is not None

    def ask(typed: str) -> float:
        began = time.process_time()
        find(typed, custody)
        return time.process_time() - began

    _told("the bare work of looking a receipt up, processor time", _measure(ask, receipt, number))


def _measure(ask: object, receipt: str, number: int) -> dict[str, list[float]]:
    typed = {"right": receipt, "wrong": WRONG, "illegible": "hola, ¿hay alguien?"}
    turns = [kind for kind in KINDS for _ in range(number)]
    random.Random(20261128).shuffle(turns)
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    ask(WRONG)  # type: ignore[operator]
    for kind in turns:
        times[kind].append(ask(typed[kind]))  # type: ignore[operator]
    return times


def _told(title: str, times: dict[str, list[float]]) -> None:
    print(f"{title} ({len(times['right'])} of each)")
    for kind in KINDS:
        print(f"  {kind:10} median {statistics.median(times[kind]) * 1000:9.2f} ms")
    for kind in ("right", "illegible"):
        test = stats.mannwhitneyu(times[kind], times["wrong"])
        area = test.statistic / len(times[kind]) / len(times["wrong"])
        print(f"  {kind} against wrong: area under the curve {area:.3f}, p = {test.pvalue:.3f}")


def _sizes(number: int) -> None:
    from PIL import Image

    from convive.voice import form
    from convive.voice.attachments import clean
    from convive.voice.content import Content
    from convive.voice.limits import limits
    from convive.voice.sealed import CLASSES, pad

    chance = random.Random(20261128)
    written = io.BytesIO()
    Image.effect_noise((900, 700), 60).convert("RGB").save(written, "JPEG", quality=80)
    photo = clean(written.getvalue(), 1, limits().attachments)
    table = np.zeros((len(SUBJECTS), len(CLASSES)))
    plain = set()
    for place, subject in enumerate(SUBJECTS):
        for _ in range(number):
            words = "palabra " * chance.randint(1, 600 if place % 2 else 60)
            answers = form.answers({"what": words, "subject": subject}, units={}, cell=1000)
            with_photo = chance.random() < 0.3
            size = len(pad(Content("report", answers, (photo,) if with_photo else ()).to_bytes()))
            table[place, CLASSES.index(size)] += 1
            if not with_photo:
                plain.add(size)
    test = stats.chi2_contingency(table[:, table.sum(axis=0) > 0])
    print(f"size classes of {int(table.sum()):,} reports by subject, of 8 to 4,800 letters, some with a photo")
    print(f"  chi-square {test.statistic:.2f}, {test.dof} degrees of freedom, p = {test.pvalue:.3f}")
    print(f"  sizes of reports without a photo: {len(plain)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--served", type=int, default=60)
    parser.add_argument("--bare", type=int, default=400)
    parser.add_argument("--sizes", type=int, default=400)
    parser.add_argument("--port", type=int, default=8790)
    return parser.parse_args()


if __name__ == "__main__":
    main()
