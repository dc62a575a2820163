"""Requests that no page of ours makes: never an error of ours, never anybody's words. The benchmark sends 10,000."""

from __future__ import annotations

import importlib.util
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.http import HttpResponse

BENCHMARKS = Path(__file__).parents[2] / "benchmarks" / "voice"


def beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def test_malformed_requests_meet_no_error_and_no_words_of_others(capfd: pytest.CaptureFixture[str]) -> None:
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    from convive.web.citizen.application import application

    # The test's transaction lives on this connection, which a real request would close at its end.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    malformed = beside("malformed")
    statuses, wrong = malformed.attack(malformed.Requests(1), 200, application)
    assert wrong == []
    assert len(statuses) >= 5
    written = capfd.readouterr()
    assert malformed.CANARY not in written.out + written.err


def zip_bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bomb:
        bomb.writestr("x", bytes(50 << 20))
    return written.getvalue()


@pytest.mark.parametrize(
    "data", [zip_bomb(), b"%PDF-1.7 /ASCIIHexDecode", b"\x89PNG\r\n\x1a\n" + bytes(40), bytes(1_300_001)]
)
def test_a_hostile_file_is_refused_and_the_words_stay(send: Callable[..., HttpResponse], data: bytes) -> None:
    file = io.BytesIO(data)
    file.name = "foto.jpg"
    response = send(what="Lo que escribí", files=[file])
    assert response.status_code == 400
    assert "Lo que escribí" in response.text
    assert "adjunto 1" in response.text


def test_a_request_larger_than_may_be_is_not_read(send: Callable[..., HttpResponse]) -> None:
    file = io.BytesIO(bytes(5_000_000))
    file.name = "foto.jpg"
    assert send(what="x", files=[file]).status_code == 413
