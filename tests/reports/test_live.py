"""Against a real server: our conformance suite, and two clients of PyPI that know nothing of us."""

from __future__ import annotations

import datetime as dt
import importlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from server import served

from convive.voice.open311.conformance import CHECKS, Server, conformance, main

PLACE = ("-3.5182", "-80.4548")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with served(tmp_path_factory.mktemp("live")) as found:
        yield found


def test_georeport_reads_all_that_it_can(live: tuple[str, str]) -> None:
    """``georeport`` 0.3.1 reads and does not send."""
    from georeport import GeoReport

    base, key = live
    given = [("api_key", key), ("service_code", "waste"), ("lat", PLACE[0]), ("long", PLACE[1])]
    [sent] = Server(f"{base}/open311/v2", "").post("json", given).json()
    name = sent["service_request_id"]
    for form in ("json", "xml"):
        client = GeoReport(f"{base}/open311/v2", api_key=key, output_format=form)
        assert "waste" in {one["service_code"] for one in client.get_service_list()}
        assert client.get_service_definition("street-light")
        found = client.get_service_request(name)
        assert (found[0] if isinstance(found, list) else found)["service_code"] == "waste"
        assert client.get_service_requests(service_code="waste")


def test_three_sends_and_reads(live: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """``three`` 0.8.0, the newest, says itself that it is for Python 2.6 and 2.7, and cannot be imported on 3 whatever
    server there is: the one name that it takes from there is lent to it, and all its calls then run unchanged."""
    monkeypatch.delitem(sys.modules, "three", raising=False)
    with pytest.raises(ImportError, match="ifilter"):
        importlib.import_module("three")
    monkeypatch.setattr(itertools, "ifilter", filter, raising=False)
    from three import Three

    base, key = live
    client: Any = Three(f"{base}/open311/v2", api_key=key, format="json", discovery=f"{base}/open311/discovery.json")
    assert client.discovery()["endpoints"]
    assert "waste" in {one["service_code"] for one in client.services()}
    assert client.services("street-light")["attributes"]
    [sent] = client.post("waste", lat=PLACE[0], long=PLACE[1], description="Basura", name="Ana Perez")
    assert client.request(sent["service_request_id"])[0]["status"] == "open"
    assert client.requests("waste", count=1)
    today = dt.datetime.now(dt.UTC).date()
    around = [today - dt.timedelta(days=1), today + dt.timedelta(days=1)]
    assert client.requests(between=around, status="open")
    assert client.requests(between=[today - dt.timedelta(days=9), today - dt.timedelta(days=8)]) == []
    [token] = client.post("noise", lat=PLACE[0], long=PLACE[1], description="Ruido")
    assert client.token(token["token"])[0]["service_request_id"]


def test_the_conformance_suite_finds_nothing(live: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    base, key = live
    server = Server(f"{base}/open311/v2", f"{base}/open311/discovery", api_key=key, place=PLACE)
    results = list(conformance(server))
    assert len(results) == len(CHECKS)
    assert [one for one in results if one.passed is not True] == []
    assert main([f"{base}/open311/v2"]) == 0
    assert "skip POST Service Request" in capsys.readouterr().out


def test_the_conformance_suite_finds_what_is_wrong(live: tuple[str, str]) -> None:
    """Against an address that is no Open311 server every check that can be made fails."""
    base, key = live
    results = list(conformance(Server(f"{base}/r/es", f"{base}/r/es/discovery", api_key=key, place=PLACE)))
    assert not [one for one in results if one.passed]
