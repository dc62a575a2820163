"""Malformed requests against the citizens' side, in this process: is there ever an answer 500, or a word that leaks?

    python benchmarks/voice/malformed.py                 # 10,000 requests
    python benchmarks/voice/malformed.py --requests 500

Every request is drawn by chance from a seed: methods, addresses, headers, forms with missing, repeated, huge, binary or
foreign fields, tickets cut or turned round, multipart bodies that break off, lie about their length or carry bombs,
receipts in every wrong form. Each goes through the application as a WSGI server calls it. Words of each form are
searched in the answer to every later one, and in the output.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import os
import random
import re
import shutil
import string
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
TEMPLATE = REPOSITORY / "src" / "convive" / "cli" / "template"
LIMITS = "[door]\nwait_seconds = 0\neven_seconds = 0\nreports_per_minute = 100000\nreceipts_per_minute = 100000\n"
PATHS = ("/", "/es/", "/en/a/", "/es/a/", "/es/a/b/", "/es/c/", "/en/c/", "/es/c/d/", "/en/c/d/", "/es/e/", "/static/x")
FIELDS = (
    "what",
    "who",
    "subject",
    "unit",
    "point",
    "danger",
    "official",
    "when",
    "ticket",
    "visit",
    "receipt",
    "do",
    "sure",
)
TYPES = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "x" * 300,
    "application/json",
    "text/plain; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense",
    "",
    "\x00",
)
CANARY = "CANARIO"


class Requests:
    """Draws requests; ``kept`` holds tickets and receipts of real pages, to be used wrongly."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.kept: list[str] = ["", "00", "1 arroz " * 8, "9" * 28]
        self.number = 0

    def draw(self) -> tuple[str, str, bytes, str, dict[str, str]]:
        """Method, address, body, content type, headers."""
        chance = self.chance
        self.number += 1
        method = chance.choices(
            ("POST", "GET", "PUT", "HEAD", "DELETE", "PATCH", "OPTIONS", "TRACE"), (70, 10, 4, 4, 3, 3, 3, 3)
        )[0]
        path = chance.choice(PATHS) if chance.random() < 0.9 else self.odd_path()
        kind = chance.choice(TYPES)
        headers = {}
        if chance.random() < 0.2:
            headers[
                chance.choice(
                    ("Host", "Accept-Language", "Cookie", "Content-Length", "X-Forwarded-For", "Range", "Expect")
                )
            ] = self.text(30, latin=True)
        return method, path, self.body(kind), kind, headers

    def odd_path(self) -> str:
        return "/" + self.chance.choice(
            ("es/../../etc/passwd", "%00", "es/a/%ff", "es//a/", "fr/", "x" * 3000, "es/a/?" + "a=1&" * 200, "%2e%2e/")
        )

    def body(self, kind: str) -> bytes:
        chance = self.chance
        if chance.random() < 0.15:
            return chance.randbytes(chance.choice((0, 1, 40, 4000)))
        given = [(chance.choice(FIELDS), self.value()) for _ in range(chance.choice((0, 1, 3, 12, 70)))]
        if kind.startswith("multipart"):
            return self.multipart(given)
        return "&".join(f"{name}={value}" for name, value in given).encode("utf-8", "surrogatepass")

    def value(self) -> str:
        chance = self.chance
        return chance.choice(
            (
                lambda: f"{CANARY}{self.number} {self.text(20)}",
                lambda: self.text(chance.choice((0, 5, 200, 6000))),
                lambda: chance.choice(self.kept),
                lambda: chance.choice(self.kept)[::-1],
                lambda: chance.choice(
                    ("add", "withdraw", "solved", "yes", "-3.5,-80.4", "999,999", "nan,inf", "%", "%zz", "%ff%fe")
                ),
                lambda: "\ud800" + "\x00" * 3,
            )
        )()

    def multipart(self, given: list[tuple[str, str]]) -> bytes:
        parts = []
        for name, value in given:
            file = self.chance.random() < 0.3
            extra = f'; filename="{self.text(8, latin=True)}"' if file else ""
            field = "files" if file else name
            data = self.file() if file else value.encode("utf-8", "surrogatepass")
            parts.append(
                f'--b\r\nContent-Disposition: form-data; name="{field}"{extra}\r\n\r\n'.encode() + data + b"\r\n"
            )
        whole = b"".join(parts) + b"--b--\r\n"
        return whole[: self.chance.randrange(len(whole) + 1)] if self.chance.random() < 0.4 else whole

    def file(self) -> bytes:
        chance = self.chance
        head = chance.choice(
            (
                b"\xff\xd8\xff\xe0",
                b"\x89PNG\r\n\x1a\n",
                b"RIFF\x00\x00\x00\x00WEBP",
                b"%PDF-1.7\n",
                b"OggS",
                b"ID3\x04",
                b"PK\x03\x04",
                b"",
            )
        )
        return head + chance.choice(
            (
                chance.randbytes(300),
                zlib.compress(bytes(200_000), 9),
                b"stream\n" + zlib.compress(bytes(5_000_000), 9),
                b"",
            )
        )

    def text(self, length: int, latin: bool = False) -> str:
        letters = string.printable if latin else string.printable + "ñÑáé€😀\u2028\u202e\x00\x1b"
        return "".join(self.chance.choices(letters.replace("\r", "").replace("\n", "") if latin else letters, k=length))


def main(arguments: list[str] | None = None) -> list[str]:
    """What is wrong, one line each; empty where nothing is."""
    options = _options(arguments)
    folder = Path(tempfile.mkdtemp(prefix="malformed-")) / "city"
    try:
        _observatory(folder)
        return _run(options)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)


class Answer:
    """What the application answered, as a server would pass it on."""

    def __init__(self, application: object, environ: dict[str, object]) -> None:
        self.headers: list[tuple[str, str]] = []
        self.status_code = 0

        def start(status: str, headers: list[tuple[str, str]], error: object = None) -> None:
            self.status_code, self.headers = int(status.split()[0]), headers

        self.content = b"".join(application(environ, start))  # type: ignore[operator]
        self.text = self.content.decode("utf-8", "replace")

    @property
    def cookies(self) -> bool:
        return any(name.lower() == "set-cookie" for name, _ in self.headers)


def environments() -> object:
    """Makes what a WSGI server hands over, from method, address, body, type and headers."""
    from django.test import RequestFactory

    class Environments(RequestFactory):
        def request(self, **request: object) -> dict[str, object]:  # type: ignore[override]
            return self._base_environ(**request)

    return Environments(SERVER_NAME="localhost")


def attack(requests: Requests, number: int, application: object) -> tuple[Counter[int], list[str]]:
    """Send ``number`` requests; gives how often each status came, and what is wrong."""
    statuses: Counter[int] = Counter()
    wrong: list[str] = []
    made = environments()
    for _ in range(number):
        method, path, body, kind, headers = requests.draw()
        here = f"{CANARY}{requests.number} "
        answer = Answer(application, made.generic(method, path, body, kind, headers=headers))  # type: ignore[attr-defined]
        statuses[answer.status_code] += 1
        text = answer.content
        if answer.status_code >= 500:
            wrong.append(f"{answer.status_code} to {method} {path[:40]} (request {requests.number})")
        if answer.cookies:
            wrong.append(f"a cookie was set (request {requests.number})")
        if CANARY.encode() in text.replace(here.encode(), b"").replace(f"{CANARY}{requests.number}".encode(), b""):
            wrong.append(f"words of another request came back (request {requests.number})")
        _keep(requests, answer)
    return statuses, wrong


def _keep(requests: Requests, answer: Answer) -> None:
    requests.kept += re.findall(r'name="(?:ticket|visit)" value="([0-9a-f]+)"', answer.text)[:1]
    shown = re.search(r'<ol class="plain">(.*?)</ol>', answer.text, re.S)
    if shown:
        requests.kept.append(" ".join(re.findall("<li>(.*?)</li>", shown[1])))
    del requests.kept[4:-40]


def _run(options: argparse.Namespace) -> list[str]:
    from convive.web.citizen.application import application

    requests = Requests(options.seed)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        statuses, wrong = attack(requests, options.requests, application)
    if CANARY in said.getvalue():
        wrong.append("words in the output")
    from convive.web.citizen.models import Report
    from convive.web.citizen.proof import check

    print(f"requests   {options.requests:,} (seed {options.seed})")
    print("statuses  ", ", ".join(f"{status}: {times:,}" for status, times in sorted(statuses.items())))
    print(f"stored     {Report.objects.count():,} reports, by requests that were well-formed by chance")
    wrong += [problem.reason("en") for problem in check().problems]
    print(f"wrong      {len(wrong)}", *wrong[:20], sep="\n  ")
    return wrong


def _observatory(folder: Path) -> None:
    from convive.voice.custody import Custodian, Custody
    from convive.voice.sealed import new_secret, public_of

    shutil.copytree(TEMPLATE, folder)
    settings = folder / "observatory.toml"
    settings.write_text(settings.read_text("utf-8").replace("@ID@", "ciudad").replace("@NAME@", "Ciudad"), "utf-8")
    (folder / "voice").mkdir()
    (folder / "voice" / "limits.toml").write_text(LIMITS, "utf-8")
    os.environ["CONVIVE_OBSERVATORY"] = str(folder)
    from convive.web.citizen import setup

    setup()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    from convive.web.custody.keeping import found

    people = [Custodian(name, f"Casa de {name}", public_of(new_secret())) for name in ("Ana", "Benito", "Carla")]
    found(
        folder / "voice",
        Custody.found(custodians=people, threshold=2, since=dt.date(2026, 11, 28)),
        by="convive custody",
    )


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261128)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(bool(main()))
