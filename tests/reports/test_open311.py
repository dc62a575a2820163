"""Open311 GeoReport v2 as the standard says it, in XML and JSON."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from convive.web.reports.models import Happened, Report
from django_side import ask_all

V2 = "/open311/v2"
HERE = {"lat": "-3.5182", "long": "-80.4548"}


@pytest.fixture
def post(client: Client, key: str) -> Callable[..., Any]:
    def send(form: str = "json", **given: str) -> Any:
        told = {"api_key": key, "service_code": "waste"} | HERE | given
        return client.post(f"{V2}/requests.{form}", {name: value for name, value in told.items() if value})

    return send


def told(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(answer.content)


def test_a_report_is_sent_and_asked_for(client: Client, post: Callable[..., Any]) -> None:
    [sent] = told(post(description="Basura en la esquina"), 201)
    name = sent["service_request_id"]
    assert "token" not in sent
    [found] = told(client.get(f"{V2}/requests/{name}.json"))
    assert (found["service_code"], found["status"], found["lat"]) == ("waste", "open", -3.5182)
    assert found["agency_responsible"] == "Municipalidad Provincial de Tumbes"
    assert found["address_id"] == "240101"
    assert dt.datetime.fromisoformat(found["requested_datetime"]).utcoffset() == dt.timedelta(0)
    expected = dt.datetime.fromisoformat(found["expected_datetime"])
    assert expected - dt.datetime.fromisoformat(found["requested_datetime"]) == dt.timedelta(days=3)


def test_xml_and_json_say_the_same(client: Client, post: Callable[..., Any]) -> None:
    told(post(), 201)
    [found] = told(client.get(f"{V2}/requests.json"))
    [node] = ElementTree.fromstring(client.get(f"{V2}/requests.xml").content)
    assert node.tag == "request"
    assert {part.tag: part.text for part in node} == {
        name: None if value is None else str(value) for name, value in found.items()
    }


def test_what_people_are_called_is_stored_nowhere(client: Client, post: Callable[..., Any]) -> None:
    canaries = {
        "email": "canary-ana@example.org",
        "first_name": "CanaryAna",
        "last_name": "CanaryPerez",
        "phone": "999888777666",
        "device_id": "canary-device",
        "account_id": "canary-account",
        "media_url": "https://canary.example/x.jpg",
    }
    told(post(**canaries), 201)
    stored = repr([list(model.objects.values()) for model in (Report, Happened)])
    from convive.web.journal.models import Line

    stored += repr(list(Line.objects.values()))
    assert not [value for value in canaries.values() if value in stored]


def test_words_are_told_once_somebody_looked_at_them(client: Client, post: Callable[..., Any]) -> None:
    name = told(post(description="Palabras", address_string="Jirón Bolívar 1"), 201)[0]["service_request_id"]
    [found] = told(client.get(f"{V2}/requests/{name}.json"))
    assert (found["description"], found["address"]) == (None, None)
    Report.objects.filter(pk=name).update(screened=True)
    [found] = told(client.get(f"{V2}/requests/{name}.json"))
    assert (found["description"], found["address"]) == ("Palabras", "Jirón Bolívar 1")


def test_a_batch_gives_a_token_and_a_black_box_nothing(client: Client, post: Callable[..., Any]) -> None:
    [sent] = told(post(service_code="noise"), 201)
    assert "service_request_id" not in sent
    [found] = told(client.get(f"{V2}/tokens/{sent['token']}.json"))
    assert found["token"] == sent["token"]
    [black] = told(post(service_code="risky-place"), 201)
    assert not {"service_request_id", "token"} & black.keys()
    hidden = Report.objects.get(category="risky-place")
    assert client.get(f"{V2}/tokens/{hidden.token}.json").status_code == 404
    assert client.get(f"{V2}/requests/{hidden.pk}.json").status_code == 404
    assert [one["service_code"] for one in told(client.get(f"{V2}/requests.json"))] == ["noise"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "wrong"}, 403),
        ({"service_code": ""}, 400),
        ({"service_code": "nope"}, 404),
        ({"lat": "", "long": ""}, 400),
        ({"lat": "40", "long": "-3"}, 400),
        ({"lat": "x"}, 400),
        ({"lat": "", "long": "", "address_id": "999999"}, 404),
        ({"jurisdiction_id": "chicago.gov"}, 404),
        ({"description": "x" * 4001}, 400),
        ({"service_code": "street-light"}, 400),
        ({"service_code": "street-light", "attribute[HOW_MANY]": "a thousand"}, 400),
    ],
)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_what_is_wrong_is_told_as_an_array(
    post: Callable[..., Any], given: dict[str, str], status: int, form: str
) -> None:
    answer = post(form, **given)
    assert answer.status_code == status
    if form == "json":
        errors = json.loads(answer.content)
        assert all({"code", "description"} == one.keys() and one["description"] for one in errors)
        assert errors[0]["code"] == status
    else:
        root = ElementTree.fromstring(answer.content)
        assert root.tag == "errors"
        assert {node.tag for node in root} == {"error"}
    assert not Report.objects.exists()


def test_several_mistakes_are_told_together(post: Callable[..., Any]) -> None:
    errors = told(post(service_code="street-light", lat="x", description="y" * 5000), 400)
    assert len(errors) == 3


def test_places_are_told_in_three_ways_and_answers_in_two(client: Client, post: Callable[..., Any]) -> None:
    by_name = told(post(lat="", long="", address_string="Zarumilla"), 201)
    assert Report.objects.get(pk=by_name[0]["service_request_id"]).body in ("muni-zarumilla", "gobierno-regional")
    by_id = told(post(lat="", long="", address_id="240301"), 201)
    assert Report.objects.get(pk=by_id[0]["service_request_id"]).body == "muni-zarumilla"
    given = {"service_code": "street-light", "attribute[HOW_MANY][]": "several", "attribute[POLE]": "A-7"}
    light = told(post(**given), 201)
    assert Report.objects.get(pk=light[0]["service_request_id"]).answers == {"HOW_MANY": ["several"], "POLE": ["A-7"]}


@pytest.fixture
def many() -> list[Report]:
    now = dt.datetime.now(dt.UTC)
    made = [
        Report(
            token=str(n),
            category="waste" if n % 2 else "noise",
            received=now - dt.timedelta(days=n),
            updated=now,
            state="closed" if n % 5 == 0 else "received",
            status="closed" if n % 5 == 0 else "open",
            latitude=-3.5 - n / 1000,
            longitude=-80.45,
            origin="prueba",
        )
        for n in range(120)
    ]
    return Report.objects.bulk_create(made)


def test_ninety_days_filters_pages_and_boxes(client: Client, many: list[Report]) -> None:
    def ask(**query: str) -> list[Any]:
        found: list[Any] = told(client.get(f"{V2}/requests.json", query))
        return found

    assert len(ask()) == 90
    assert {one["status"] for one in ask(status="closed")} == {"closed"}
    assert len(ask(service_code="waste")) == 45
    assert len(ask(service_code="waste,noise")) == 90
    start = (dt.datetime.now(dt.UTC) - dt.timedelta(days=119, hours=1)).isoformat()
    assert len(ask(start_date=start)) == 90
    assert len(ask(end_date=start)) == 0
    ids = [str(one.pk) for one in many[110:112]]
    assert sorted(one["service_request_id"] for one in ask(service_request_id=",".join(ids), status="closed")) == ids
    pages = [ask(page_size="40", page=str(page)) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [40, 40, 10]
    assert len({one["service_request_id"] for page in pages for one in page}) == 90
    assert len(ask(bbox="-80.5,-3.5105,-80.4,-3.4995")) == 11


def test_never_more_than_a_thousand(client: Client) -> None:
    now = dt.datetime.now(dt.UTC)
    Report.objects.bulk_create(
        Report(token=f"t{n}", category="waste", received=now, updated=now, state="received", status="open", origin="x")
        for n in range(1005)
    )
    assert len(told(client.get(f"{V2}/requests.json"))) == 1000


@pytest.mark.parametrize(
    "query",
    [
        "status=maybe",
        "start_date=2026-01-01",
        "start_date=hoy",
        "end_date=2026-01-01T00:00:00",
        "page=0",
        "page=x",
        "page_size=1001",
        "bbox=1,2,3",
        "bbox=1,2,0,nan",
        "start_date=2025-01-01T00:00:00Z&end_date=2025-06-01T00:00:00Z",
        "start_date=2025-06-01T00:00:00Z&end_date=2025-05-01T00:00:00Z",
        "start_date=9999-12-31T23:59:59Z",
        "end_date=0001-01-01T00:00:00Z",
    ],
)
def test_what_cannot_be_asked_is_refused(client: Client, query: str) -> None:
    assert client.get(f"{V2}/requests.json?{query}").status_code == 400


def test_discovery_and_services_in_both_languages(client: Client) -> None:
    found = told(client.get("/open311/discovery.json"))
    assert found["endpoints"][0]["url"] == "http://localhost/open311/v2"
    assert ElementTree.fromstring(client.get("/open311/discovery.xml").content).findtext("key_service")
    spanish = told(client.get(f"{V2}/services.json"))
    english = told(client.get(f"{V2}/services.json", headers={"accept-language": "en-US,en;q=0.9"}))
    assert (spanish[0]["service_name"], english[0]["service_name"]) == ("Luz apagada", "Street light out")
    definition = told(client.get(f"{V2}/services/street-light.json"))
    assert [one["order"] for one in definition["attributes"]] == [1, 2]
    assert definition["attributes"][1]["values"][0] == {"key": "one", "name": "Uno"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services.yaml", 404),
        ("requests", 404),
        ("services/none.xml", 404),
        ("requests/abc.json", 404),
        ("requests/99999999999999999999999.json", 404),
        ("tokens/ñ.json", 404),
        ("", 404),
    ],
)
def test_what_is_not_there_is_404(client: Client, path: str, status: int) -> None:
    assert client.get(f"{V2}/{path}").status_code == status


def test_other_methods_are_refused_and_nothing_is_set(client: Client) -> None:
    answer = client.delete(f"{V2}/requests.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert not answer.cookies


WORDS = st.text(max_size=60) | st.sampled_from(
    ["", "waste", "noise", "open", "0", "-1", "NaN", "1e999", "\x00", "\ufffe"]
)
NAMES = st.sampled_from(
    [
        "service_code",
        "lat",
        "long",
        "address_string",
        "address_id",
        "description",
        "jurisdiction_id",
        "status",
        "start_date",
        "end_date",
        "page",
        "page_size",
        "bbox",
        "service_request_id",
        "attribute[HOW_MANY]",
        "attribute[POLE][]",
        "media_url",
        "email",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(NAMES, WORDS, max_size=6), path=WORDS, form=st.sampled_from(["xml", "json"]))
def test_nothing_breaks_it(client: Client, key: str, query: dict[str, str], path: str, form: str) -> None:
    """Malformed requests of every call: never a 500, and always readable as what was asked for."""
    from urllib.parse import quote

    name = quote(path.encode("utf-8", "replace"), safe="")
    answers = [
        client.get(f"{V2}/requests.{form}", query),
        client.post(f"{V2}/requests.{form}", {"api_key": key} | query),
        client.get(f"{V2}/services/{name}.{form}"),
        client.get(f"{V2}/requests/{name}.{form}"),
        client.get(f"{V2}/tokens/{name}.{form}"),
    ]
    for answer in answers:
        assert answer.status_code < 500
        if answer["Content-Type"].startswith("text/xml"):
            ElementTree.fromstring(answer.content)
        elif answer["Content-Type"].startswith("application/json"):
            json.loads(answer.content)


def test_nothing_that_its_description_allows_breaks_it(post: Callable[..., Any]) -> None:
    post()
    # What a description cannot say, such as that a stretch has at most 90 days, is refused though it fits.
    asked = ask_all(f"{V2}/openapi.json", examples=12, excluded_checks=[positive_data_acceptance])
    assert len(asked) == 6
    assert 200 in asked[f"{V2}/services.{{form}}"] & asked[f"{V2}/requests.{{form}}"]
