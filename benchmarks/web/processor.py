"""Milliseconds of processor that each page of the office costs, and “Act” and “Answer”, with a large plan and with an
empty one: what is left of ``run.py`` when other programs share the cores.

``python benchmarks/web/processor.py`` prints the median and the 95th percentile of 40 requests in one process, the
first of each page left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from generate import USER, observatory

WORK = Path(__file__).parents[1] / ".work" / "web"
SIGNED_IN = """
import json, sys, time
from convive.web.office import setup
setup()
from django.contrib.auth.models import User
from django.test import Client
client = Client(SERVER_NAME="localhost")
user = User.objects.get(username=sys.argv[1])
client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
"""
PUBLIC = """
import json, sys, time
from convive.web import setup
setup()
from django.test import Client
client = Client(SERVER_NAME="localhost", headers={"Accept-Encoding": "gzip"})
"""
ASKED = """
def cost(path):
    began = time.process_time()
    assert client.get(path).status_code == 200, path
    return 1000 * (time.process_time() - began)
told = {}
for name, path in json.loads(sys.argv[2]).items():
    cost(path)
    told[name] = sorted(cost(path) for _ in range(40))
print(json.dumps(told))
"""
PAGES = {
    "plan": "/es/plan/",
    "measure": "/es/plan/medida/m-0/",
    "activity": "/es/plan/actividad/a-0-0/",
    "edit a measure": "/es/plan/medida/m-0/cambiar/",
    "gate": "/es/plan/puerta/",
    "frame": "/es/plan/marco/",
    "committee": "/es/comite/",
    "seats": "/es/comite/integrantes/",
    "log": "/es/bitacora/",
}
PUBLIC_PAGES = {"Act": "/actuar/", "Answer": "/rendir-cuentas/"}


def costs(folder: Path) -> dict[str, list[float]]:
    environment = os.environ | {"CONVIVE_OBSERVATORY": str(folder), "CONVIVE_PUBLIC": str(folder / "public")}
    found: dict[str, list[float]] = {}
    for side, pages in ((SIGNED_IN, PAGES), (PUBLIC, PUBLIC_PAGES)):
        command = [sys.executable, "-c", side + ASKED, USER, json.dumps(pages)]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        found |= json.loads(told.splitlines()[-1])
    return found


def main() -> None:
    empty, full = (costs(observatory(WORK / name, full=name == "full")) for name in ("empty", "full"))
    print(f"{'page':<16} {'empty p50':>10} {'p95':>6} {'full p50':>10} {'p95':>6} {'ratio':>6}   ms of processor")
    for name in PAGES | PUBLIC_PAGES:
        times = [one[name][at] for one in (empty, full) for at in (20, 37)]
        told = f"{times[0]:>10.1f} {times[1]:>6.1f} {times[2]:>10.1f} {times[3]:>6.1f} {times[3] / times[1]:>6.1f}"
        print(f"{name:<16} {told}")


if __name__ == "__main__":
    main()
