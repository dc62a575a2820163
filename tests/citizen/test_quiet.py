"""What the citizens' side does not do: set cookies, run scripts, ask others, keep, log, tell by size or questions."""

from __future__ import annotations

import logging
import re
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from reading import hidden, receipt_of

from convive.errors import LANGUAGES
from convive.texts import say
from convive.voice.sealed import RECEIPT_BYTES

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

Send = Callable[..., "HttpResponse"]
CANARY = "CANARIO-7391-del-paradero"
PAGES = [f"/{language}/{path}" for language in LANGUAGES for path in ("", "a/", "c/", "e/")]


@pytest.fixture
def every_answer(client: Client, send: Send, come_back: Send) -> list[HttpResponse]:
    """An answer of each kind: pages, receipt, thread, mistakes."""
    page = send(what=CANARY)
    thread = come_back(receipt_of(page)[0])
    added = {
        "visit": hidden(thread.text, "visit"),
        "ticket": hidden(thread.text, "ticket"),
        "do": "add",
        "what": CANARY,
    }
    return [
        *(client.get(path) for path in PAGES),
        page,
        thread,
        client.post("/es/c/d/", added),
        send(),
        come_back("x"),
        client.get("/nowhere/"),
        client.post("/es/a/", b"x" * 10, content_type="multipart/form-data; boundary=y"),
        client.get("/es/", headers={"Host": "elsewhere.example"}),
        client.post("/es/a/", {"what": "x"}, headers={"Content-Length": "99999999"}),
    ]


def test_no_answer_sets_a_cookie_or_may_be_kept(every_answer: list[HttpResponse]) -> None:
    for response in every_answer:
        assert not response.cookies
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers
        assert "Last-Modified" not in response.headers


def test_every_answer_is_strict_and_sends_nothing_on(every_answer: list[HttpResponse]) -> None:
    for response in every_answer:
        policy = response.headers["Content-Security-Policy"]
        for directive in ("default-src 'none'", "script-src 'none'", "form-action 'self'", "frame-ancestors 'none'"):
            assert directive in policy
        assert "unsafe" not in policy
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "camera=()" in response.headers["Permissions-Policy"]


def test_no_page_has_a_script_or_asks_another_host(every_answer: list[HttpResponse]) -> None:
    for response in every_answer:
        html = response.text
        assert not re.search(r"<script|\son\w+=|style=\"|<iframe|<object|<embed|http-equiv", html)
        for address in re.findall(r'(?:src|href|action)="([^"]+)"', html):
            outside = "//" in address
            assert not outside or address == "https://es.wikipedia.org/"  # the way out, followed by the person alone


def test_every_page_weighs_less_than_50_kb_with_all_that_it_loads(every_answer: list[HttpResponse]) -> None:
    from importlib.resources import files

    loaded = sum(
        len(files("convive.web").joinpath(place).read_bytes())
        for place in ("citizen/static/citizen.css", "public/static/icon.svg")
    )
    for response in every_answer:
        assert len(response.content) + loaded < 50_000


def test_a_browser_remembers_nothing_that_tells(every_answer: list[HttpResponse]) -> None:
    for response in every_answer:
        assert "<title>Convive</title>" in response.text
    for path in PAGES:
        assert re.fullmatch(r"/(es|en)/([a-e]/)?", path)


def test_an_error_of_ours_tells_its_place_and_nothing_that_was_written(
    client: Client, send: Send, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from convive.web.citizen import views

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"cannot seal {CANARY}")

    monkeypatch.setattr(views, "seal", fail)
    client.raise_request_exception = False
    response = send(what=CANARY)
    assert response.status_code == 500
    assert CANARY not in response.text
    written = capfd.readouterr()
    assert CANARY not in written.out + written.err
    assert "ValueError test_quiet.py:" in written.err


def test_no_logger_of_django_writes_anywhere() -> None:
    for name in ("django", "django.request", "django.security", "django.server", "django.db.backends", ""):
        logger = logging.getLogger(name)
        while logger is not None:
            for handler in logger.handlers:
                own = type(handler).__module__.startswith(("_pytest", "pytest"))
                assert own or isinstance(handler, logging.NullHandler)
            logger = logger.parent if logger.propagate else None  # type: ignore[assignment]


def test_the_process_leaves_no_core() -> None:
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)


def test_memory_is_pinned_or_it_is_said_that_it_may_be_swapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convive.web.citizen import hardening

    swaps = tmp_path / "swaps"
    monkeypatch.setattr(hardening, "SWAPS", swaps)
    monkeypatch.setattr(hardening, "stay_in_memory", lambda: False)
    assert hardening.may_be_swapped(), "a system that does not say"
    swaps.write_text("Filename Type Size Used Priority\n", "ascii")
    assert not hardening.may_be_swapped(), "there is no swap"
    swaps.write_text("Filename Type Size Used Priority\n/dev/sda2 partition 1 0 -2\n", "ascii")
    assert hardening.may_be_swapped()
    monkeypatch.undo()
    status = Path("/proc/self/status")
    if status.exists() and hardening.stay_in_memory():
        pinned = re.search(r"VmLck:\s+(\d+)", status.read_text("ascii"))
        assert pinned is not None
        assert int(pinned[1]) > 0


def test_no_file_is_looked_at_for_a_form_that_may_not_enter(
    client: Client, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To draw a picture anew is work and memory, and whoever has no form would have it for nothing."""
    import io

    from convive.web.citizen import views

    looked: list[int] = []
    real = views.clean
    monkeypatch.setattr(views, "clean", lambda *given: looked.append(1) or real(*given))

    def file() -> io.BytesIO:
        made = io.BytesIO(b"GIF89a")
        made.name = "x.jpg"
        return made

    for ticket in ("", "00" * 40):
        response = client.post("/es/a/", {"ticket": ticket, "what": CANARY, "files": [file()]})
        assert response.status_code == 400
        assert say("citizen.form.files_again", "es") in response.text
    assert looked == []
    assert send(what=CANARY, files=[file()]).status_code == 400
    assert looked == [1]


def test_uploads_never_become_temporary_files(client: Client, send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    from PIL import Image

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a temporary file was asked for")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, refuse)
    written = io.BytesIO()
    Image.effect_noise((1400, 1400), 80).convert("RGB").save(written, "JPEG", quality=75)
    assert len(written.getvalue()) > 300_000
    written.seek(0)
    written.name = "IMG_1.jpg"
    assert send(what=CANARY, files=[written]).status_code == 200


def test_reports_without_attachments_have_one_size_whatever_they_say(send: Send) -> None:
    from convive.web.citizen.models import Entry, Share

    for words in ("x", CANARY, "ñ" * 5000, "😀" * 5000):
        for subject in ("extortion", "corruption", ""):
            send(what=words, subject=subject)
    assert len({len(entry.body) for entry in Entry.objects.all()}) == 1
    assert len({len(share.sealed) for share in Share.objects.all()}) == 1


RECEIPTS = {"wrong": "1 arroz " * 8, "illegible": "hola", "empty": ""}


def test_right_wrong_and_illegible_receipts_cost_the_same(
    send: Send, come_back: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One derivation, the same questions to the database, the same pages drawn, and the moment of the answer settled
    before any of them is; the benchmark measures times."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from convive.web.citizen import receipts, return_views

    right = receipt_of(send(what=CANARY))[0]
    done: list[str] = []

    def noted(module: ModuleType, name: str, told: Callable[..., str]) -> None:
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *given, **more: done.append(told(*given)) or real(*given, **more))

    noted(receipts, "derive_reporter", lambda *_: "derived")
    noted(return_views, "answer_due", lambda *_: "settled")
    noted(return_views, "render", lambda *given: f"drew {given[1]}")
    noted(return_views, "wait_until", lambda *_: "waited")
    seen: dict[str, tuple[object, ...]] = {}
    for kind, typed in ({"right": right} | RECEIPTS).items():
        done.clear()
        with CaptureQueriesContext(connection) as asked:
            come_back(typed)
        questions = [re.sub(r"'(report/)?[0-9a-f]+'", "?", one["sql"]) for one in asked.captured_queries]
        seen[kind] = (done.copy(), questions)
    assert seen["right"][0] == ["derived", "settled", "drew citizen/thread.html", "drew citizen/back.html", "waited"]
    assert len(seen["right"][1]) == 4
    assert all(what == seen["right"] for what in seen.values())


def test_the_wait_is_a_whole_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    from convive.web.citizen import receipts

    door = settings.LIMITS.door.model_copy(update={"even_seconds": 2.0})
    monkeypatch.setattr(settings, "LIMITS", settings.LIMITS.model_copy(update={"door": door}))
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    monkeypatch.setattr(time, "monotonic", lambda: 100.25)
    due = [receipts.answer_due(began) for began in (100.0, 98.5, 97.0)]
    assert due == [102.0, 102.5, 101.0], "with less than is left for drawing, one step more"
    for moment in (102.0, 101.0, 100.0, 97.0):
        receipts.wait_until(moment)
    assert slept == [1.75, 0.75, 1.75, 0.75], "a page that came too late waits for the next step"


def test_right_and_wrong_receipts_are_answered_with_as_many_bytes(send: Send, come_back: Send) -> None:
    """Who watches the network sees sizes: those of pages say nothing either."""
    right = receipt_of(send(what=CANARY))[0]
    assert len({len(come_back(typed).content) for typed in (right, *RECEIPTS.values())}) == 1


def test_every_page_of_the_channel_has_one_size(every_answer: list[HttpResponse]) -> None:
    from convive.web.citizen.middleware import PAGE_BYTES

    sizes = {len(answer.content) for answer in every_answer if answer["Content-Type"].startswith("text/html")}
    assert sizes == {PAGE_BYTES}


def test_receipts_are_not_tried_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    from convive.web.citizen import return_views
    from convive.web.citizen.door import Door

    rules = settings.LIMITS.door.model_copy(update={"receipts_per_minute": 3})
    one = Door(rules)
    monkeypatch.setattr(return_views, "door", lambda: one)
    codes = [client.post("/es/c/", {"receipt": "1 arroz " * 8}).status_code for _ in range(5)]
    assert codes == [400, 400, 400, 429, 429]


def test_guessing_receipts_finds_none_of_a_thousand() -> None:
    """88 bits: with a thousand reports and sixty tries a minute, a hit is expected in 9 × 10¹⁵ years."""
    space, reports, tries_a_year = 2 ** (8 * RECEIPT_BYTES), 1000, 60 * 60 * 24 * 365
    assert space / reports / tries_a_year > 9e15
