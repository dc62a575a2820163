"""What people open: the office's pages, signed in, and the public pages Act and Answer. Read by Locust."""

from __future__ import annotations

import os
import re
from itertools import count

from locust import HttpUser, constant_throughput, task

PASSWORD, USER = os.environ["BENCH_PASSWORD"], os.environ["BENCH_USER"]
PUBLIC = os.environ["BENCH_PUBLIC"]


PAGES = (
    ("/es/plan/", "plan"),
    ("/es/plan/medida/m-0/", "measure"),
    ("/es/plan/actividad/a-0-0/", "activity"),
    ("/es/plan/medida/m-0/cambiar/", "edit a measure"),
    ("/es/plan/puerta/", "gate"),
    ("/es/plan/marco/", "frame"),
    ("/es/comite/", "committee"),
    ("/es/comite/integrantes/", "seats"),
    ("/es/bitacora/", "log"),
    (f"{PUBLIC}/actuar/", "Act (public)"),
    (f"{PUBLIC}/rendir-cuentas/", "Answer (public)"),
)
TURNS = count()


class Secretary(HttpUser):
    """One request a second, as fast a reader as there is."""

    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        page = self.client.get("/entrar/", name="(sign in)").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        said = {"username": USER, "password": PASSWORD, "csrfmiddlewaretoken": token}
        self.client.post("/entrar/", said, headers={"Referer": self.host}, name="(sign in)", allow_redirects=False)
        for path, _ in PAGES:
            self._look(path, "(first)")

    def _look(self, path: str, name: str) -> None:
        with self.client.get(path, name=name, catch_response=True) as answer:
            if answer.url.endswith("/entrar/") or answer.status_code != 200:
                answer.failure(f"{answer.status_code} {answer.url}")

    @task
    def next_page(self) -> None:
        """The pages in turns, so that each is asked as often as the others."""
        self._look(*PAGES[next(TURNS) % len(PAGES)])
