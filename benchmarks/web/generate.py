"""Two observatories made of the Tumbes example: one with an empty plan and office, one with many years of both."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import tomlkit

from convive.strategy.chained import FIRST, HASH, digest
from convive.strategy.evidence import COLUMNS

EXAMPLE = Path(__file__).parents[2] / "examples" / "tumbes"
MEASURES, ACTIVITIES, LINES = 200, 10, 10_000
PASSWORD = "una clave bien larga"
USER = "secretaria"
KEEP = """
import datetime as dt, sys
from convive.web.office import setup
setup()
from django.contrib.auth.models import User
from django.db import transaction
from convive.web.committee import actions
from convive.web.committee.models import Agreement, Session
from convive.web.journal import record
from convive.web.office.guard import today
by = User.objects.get(username=sys.argv[1])
seats = [
    actions.make_seat(code=f"seat-{n}", office_es=f"Cargo {n}", agency=f"Institución {n}", holder=f"Titular {n}", by=by)
    for n in range(15)
]
for n in range(60):
    one = actions.call(kind="ordinary", planned_on=today(), agenda="Uno", figures={}, by=by)
    actions.hold(session=one, seen=1, held_on=today(), present=[seat.pk for seat in seats[: n % 15]], by=by)
    one.refresh_from_db()
    for _ in range(4):
        actions.agree(session=one, owner=seats[n % 15], due=today(), text_es="Alumbrar el parque", text_en="", by=by)
with transaction.atomic():
    from convive.web.journal.models import Line
    for n in range(int(sys.argv[2]) - Line.objects.count()):
        record(act="private.seen", subject=f"/es/reportes/{n}/", by=by.username, details={})
"""


def observatory(folder: Path, *, full: bool) -> Path:
    """Build it in ``folder`` where it is not there yet."""
    if (folder / "ready").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("private", "public", "convive.sqlite3*"))
    strategy = folder / "strategy"
    for name in ("evidence.csv", "gates.csv"):
        (strategy / name).unlink()
    (strategy / "plan.toml").write_text(plan(MEASURES if full else 1, ACTIVITIES if full else 1), "utf-8")
    if full:
        write_evidence(strategy / "evidence.csv")
    _run("office", str(folder), "--add", USER, "--role", "technical_secretary", said=f"{PASSWORD}\n")
    if full:
        environment = os.environ | {"CONVIVE_OBSERVATORY": str(folder)}
        subprocess.run([sys.executable, "-c", KEEP, USER, str(LINES)], env=environment, check=True)
    _run("build", str(folder))
    (folder / "ready").touch()
    return folder


def plan(measures: int, activities: int) -> str:
    """The example's plan with so many measures of so many activities: its own, over and over."""
    document = tomlkit.parse((EXAMPLE / "strategy" / "plan.toml").read_text("utf-8")).unwrap()
    patterns = document["measure"]
    document["measure"] = [_measure(patterns[n % len(patterns)], n, activities) for n in range(measures)]
    first = document["measure"][0]
    document["indicator"] = [_indicator(one, first["activity"][0]["id"]) for one in document["indicator"]]
    for gate in document["gate"]:
        gate["pass"] = [_condition(one, first) for one in gate.get("pass", [])]
    return tomlkit.dumps(document)


def _measure(pattern: dict, n: int, activities: int) -> dict:
    start = pattern["activity"][0]["from"]
    made = [
        pattern["activity"][k % len(pattern["activity"])]
        | {"id": f"a-{n}-{k}", "from": start, "until": dt.date(2018, 12, 31)}
        for k in range(activities)
    ]
    return pattern | {"id": f"m-{n}", "activity": made}


def _indicator(one: dict, activity: str) -> dict:
    return one | {"output": one["output"] | {"activity": activity}} if "output" in one else one


def _condition(one: dict, measure: dict) -> dict:
    if "evidence" in one:
        return one | {"evidence": one["evidence"] | {"activity": measure["activity"][0]["id"]}}
    return one | {"progress": one["progress"] | {"measure": measure["id"]}} if "progress" in one else one


def write_evidence(path: Path) -> None:
    """One piece for each activity, confirmed."""
    previous = FIRST
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, HASH])
        for values in _rows():
            if values["act"] == "confirm":
                values["refers"] = previous[:12]
            cells = [values.get(column, "") for column in COLUMNS]
            previous = digest(previous, cells)
            writer.writerow([*cells, previous])


def _rows() -> Iterator[dict[str, str]]:
    told = {
        "recorded_on": "2018-01-10",
        "title": "Acta de prueba",
        "public": "yes",
        "kind": "spending",
        "quantity": "100",
    }
    for n in range(MEASURES):
        for k in range(ACTIVITIES):
            mine = {"act": "attach", "activity": f"a-{n}-{k}", "dated": "2018-01-10", "source": "municipality"}
            yield told | mine | {"by": "secretaria"}
            yield {"recorded_on": "2018-01-11", "act": "confirm", "by": "analista"}


def _run(*words: str, said: str = "") -> None:
    subprocess.run([sys.executable, "-m", "convive", *words], input=said, text=True, check=True)
