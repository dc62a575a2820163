"""What people open: the office's pages, signed in, and the public pages Act and Answer. Read by Locust."""

from __future__ import annotations

import os
import re

from locust import HttpUser, constant_throughput, task

PASSWORD, USER = os.environ["BENCH_PASSWORD"], os.environ["BENCH_USER"]
PUBLIC = os.environ["BENCH_PUBLIC"]


class Secretary(HttpUser):
    """One request a second, as fast a reader as there is."""

    wait_time = constant_throughput(1)

    def on_start(self) -> None:
        page = self.client.get("/entrar/", name="(sign in)").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        said = {"username": USER, "password": PASSWORD, "csrfmiddlewaretoken": token}
        self.client.post("/entrar/", said, headers={"Referer": self.host}, name="(sign in)", allow_redirects=False)
        for path in ("/es/plan/", "/es/comite/", "/es/bitacora/", f"{PUBLIC}/actuar/", f"{PUBLIC}/rendir-cuentas/"):
            self._look(path, "(first)")

    def _look(self, path: str, name: str) -> None:
        with self.client.get(path, name=name, catch_response=True) as answer:
            if answer.url.endswith("/entrar/") or answer.status_code != 200:
                answer.failure(f"{answer.status_code} {answer.url}")

    @task(3)
    def plan(self) -> None:
        self._look("/es/plan/", "plan")

    @task(3)
    def measure(self) -> None:
        self._look("/es/plan/medida/m-0/", "measure")

    @task(3)
    def activity(self) -> None:
        self._look("/es/plan/actividad/a-0-0/", "activity")

    @task
    def edit(self) -> None:
        self._look("/es/plan/medida/m-0/cambiar/", "edit a measure")

    @task
    def gate(self) -> None:
        self._look("/es/plan/puerta/", "gate")

    @task(2)
    def committee(self) -> None:
        self._look("/es/comite/", "committee")

    @task
    def seats(self) -> None:
        self._look("/es/comite/integrantes/", "seats")

    @task
    def journal(self) -> None:
        self._look("/es/bitacora/", "log")

    @task
    def act(self) -> None:
        self._look(f"{PUBLIC}/actuar/", "Act (public)")

    @task
    def answer(self) -> None:
        self._look(f"{PUBLIC}/rendir-cuentas/", "Answer (public)")
