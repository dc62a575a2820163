"""A conformance suite for Open311 GeoReport v2 servers, ours or any other.

``python -m convive.voice.open311.conformance URL [--api-key KEY --lat LAT --long LONG]``. The standard library alone;
each check names the part of the standard that it asks for.

Without a key nothing is sent; with one, a report is sent for each kind of service and looked up again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
SERVICE = ("service_code", "service_name", "description", "metadata", "type", "keywords", "group")
REQUEST = (
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
    *("agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime"),
    *("address", "address_id", "zipcode", "lat", "long", "media_url"),
)
ATTRIBUTE = ("variable", "code", "datatype", "required", "datatype_description", "order", "description")
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
LISTS = {"singlevaluelist", "multivaluelist"}
SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    type: str
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def xml(self) -> ElementTree.Element:
        return ElementTree.fromstring(self.body)


@dataclass
class Server:
    """The server that is looked at. ``base``: the address before ``/services.xml``; ``discovery``: before ``.xml``."""

    base: str
    discovery: str
    api_key: str = ""
    place: tuple[str, str] = ("", "")
    jurisdiction: str = ""
    seen: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str, **query: str) -> Answer:
        address = path if path.startswith("http") else f"{self.base}/{path}"
        if self.jurisdiction:
            query = {"jurisdiction_id": self.jurisdiction} | query
        return _asked(urllib.request.Request(f"{address}?{urllib.parse.urlencode(query)}" if query else address))

    def post(self, form: str, given: list[tuple[str, str]]) -> Answer:
        body = urllib.parse.urlencode(given).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return _asked(urllib.request.Request(f"{self.base}/requests.{form}", body, headers))


@dataclass(frozen=True)
class Result:
    """One check: what was asked for and what was found; ``passed`` None: it could not be asked."""

    part: str
    name: str
    passed: bool | None
    found: str = ""


class Skip(Exception):
    """Why a check cannot be made."""


Check = Callable[[Server], None]
CHECKS: list[tuple[str, Check]] = []


def check(part: str) -> Callable[[Check], Check]:
    """A check of a part of the standard."""

    def add(function: Check) -> Check:
        CHECKS.append((part, function))
        return function

    return add


def conformance(server: Server) -> Iterator[Result]:
    """Every check, one after the other."""
    for part, function in CHECKS:
        name = (function.__doc__ or function.__name__).strip()
        try:
            function(server)
        except Skip as why:
            yield Result(part, name, None, str(why))
        except AssertionError as found:
            yield Result(part, name, False, str(found)[:300])
        except (ValueError, KeyError, TypeError, ElementTree.ParseError, OSError) as odd:
            yield Result(part, name, False, f"{type(odd).__name__}: {odd}"[:300])
        else:
            yield Result(part, name, True)


@check("Service Discovery")
def discovery_in_both(server: Server) -> None:
    """Discovery exists in XML and JSON with every field, and they say the same."""
    found = _fine(server.get(f"{server.discovery}.json")).json()
    root = _fine(server.get(f"{server.discovery}.xml"), "xml").xml()
    assert root.tag == "discovery", root.tag
    for name in ("changeset", "contact", "key_service"):
        assert found.get(name), f"{name} is missing"
        assert root.findtext(name) == found[name], f"{name} differs"
    assert isinstance(found.get("endpoints"), list), "endpoints is no array"
    assert found["endpoints"], "endpoints is empty"
    for one in found["endpoints"]:
        lacking = {"specification", "url", "changeset", "type", "formats"} - one.keys()
        assert not lacking, f"an endpoint lacks {lacking}"
        assert one["type"] in ("production", "test"), one["type"]
        assert "text/xml" in one["formats"], "XML is mandatory"
    assert [node.text for node in root.findall("endpoints/endpoint/url")] == [one["url"] for one in found["endpoints"]]


@check("GET Service List")
def services(server: Server) -> None:
    """The service list is an array in JSON and <services><service> in XML with the same codes."""
    listed = _fine(server.get("services.json")).json()
    assert isinstance(listed, list), "no array"
    root = _fine(server.get("services.xml"), "xml").xml()
    assert root.tag == "services", root.tag
    assert [node.findtext("service_code") for node in root.findall("service")] == [
        str(one["service_code"]) for one in listed
    ]
    for one in listed:
        assert not set(SERVICE) - one.keys(), f"{one.get('service_code')} lacks {set(SERVICE) - one.keys()}"
        assert one["type"] in ("realtime", "batch", "blackbox"), one["type"]
        assert str(one["metadata"]).lower() in ("true", "false"), one["metadata"]
    server.seen["services"] = listed


@check("GET Service Definition")
def definitions(server: Server) -> None:
    """A service with metadata has a definition with unique orders, known datatypes, and values where it is a list."""
    with_questions = [one for one in _services(server) if str(one["metadata"]).lower() == "true"]
    if not with_questions:
        raise Skip("no service has metadata")
    for one in with_questions:
        code = urllib.parse.quote(str(one["service_code"]), safe="")
        found = _fine(server.get(f"services/{code}.json")).json()
        assert str(found["service_code"]) == str(one["service_code"])
        orders = [attribute["order"] for attribute in found["attributes"]]
        assert len(set(orders)) == len(orders), "order is not unique"
        assert all(isinstance(order, int) and order > 0 for order in orders), "order is no positive integer"
        for attribute in found["attributes"]:
            assert not set(ATTRIBUTE) - attribute.keys(), f"lacks {set(ATTRIBUTE) - attribute.keys()}"
            assert attribute["datatype"] in DATATYPES, attribute["datatype"]
            if attribute["datatype"] in LISTS:
                assert all({"key", "name"} <= value.keys() for value in attribute["values"]), (
                    "value without key or name"
                )
        root = _fine(server.get(f"services/{code}.xml"), "xml").xml()
        assert root.tag == "service_definition", root.tag
        assert len(root.findall("attributes/attribute")) == len(found["attributes"])
        server.seen[f"definition {one['service_code']}"] = found


@check("GET Service Definition")
def unknown_service(server: Server) -> None:
    """An unknown service_code is 404 with an array of errors."""
    _refused(server.get("services/no-such-service-0.json"), 404)
    _refused(server.get("services/no-such-service-0.xml"), 404, "xml")


@check("GET Service Requests")
def requests(server: Server) -> None:
    """Requests are an array in JSON, <service_requests><request> in XML, each with every field."""
    listed = _fine(server.get("requests.json")).json()
    assert isinstance(listed, list), "no array"
    assert len(listed) <= 1000, "more than 1,000"
    root = _fine(server.get("requests.xml"), "xml").xml()
    assert root.tag == "service_requests", root.tag
    for one in listed[:100]:
        assert not set(REQUEST) - one.keys(), f"lacks {set(REQUEST) - one.keys()}"
        assert one["status"] in ("open", "closed"), one["status"]
        for name in ("requested_datetime", "updated_datetime", "expected_datetime"):
            assert not one[name] or MOMENT.fullmatch(one[name]), f"{name} {one[name]} has no zone or is no date-time"
    for node in list(root)[:100]:
        assert node.tag == "request", node.tag
    server.seen["requests"] = listed


@check("GET Service Requests")
def ninety_days(server: Server) -> None:
    """Without dates nothing older than 90 days is told; a longer stretch is refused with 400."""
    _requests(server)
    oldest = dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
    for one in _requests(server):
        assert dt.datetime.fromisoformat(one["requested_datetime"]) >= oldest, one["requested_datetime"]
    _refused(server.get("requests.json", start_date="2020-01-01T00:00:00Z", end_date="2020-06-01T00:00:00Z"), 400)


@check("GET Service Requests")
def by_status(server: Server) -> None:
    """status=open and status=closed give those alone, both together give all."""
    for status in ("open", "closed"):
        found = _fine(server.get("requests.json", status=status)).json()
        assert all(one["status"] == status for one in found), f"status={status} gives others"
    both = _fine(server.get("requests.json", status="open,closed")).json()
    assert {one["service_request_id"] for one in both} >= {one["service_request_id"] for one in _requests(server)}


@check("GET Service Requests")
def by_code_and_id(server: Server) -> None:
    """service_code narrows; service_request_id overrides every other parameter."""
    known = _requests(server)
    if not known:
        raise Skip("there are no requests")
    code, name = known[0]["service_code"], known[0]["service_request_id"]
    found = _fine(server.get("requests.json", service_code=code)).json()
    assert found, f"service_code={code} gives nothing"
    assert all(one["service_code"] == code for one in found), f"service_code={code} gives others"
    alone = _fine(server.get("requests.json", service_request_id=name, status="closed", service_code="none")).json()
    assert [one["service_request_id"] for one in alone] == [name], "other parameters were not overridden"


@check("GET Service Requests")
def empty_is_absent(server: Server) -> None:
    """An empty parameter is as if it was absent."""
    given = {"status": "", "service_code": "", "start_date": "", "end_date": "", "service_request_id": ""}
    assert len(_fine(server.get("requests.json", **given)).json()) == len(_requests(server))


@check("GET Service Requests")
def illegible(server: Server) -> None:
    """A date without zone, or an unknown status, is 400 with an array of errors."""
    _refused(server.get("requests.json", start_date="yesterday"), 400)
    _refused(server.get("requests.xml", status="perhaps"), 400, "xml")


@check("GET Service Request")
def one_request(server: Server) -> None:
    """A single request is an array of one; an unknown one is 404."""
    known = _requests(server)
    _refused(server.get("requests/999999999999.json"), 404)
    _refused(server.get("requests/999999999999.xml"), 404, "xml")
    if known:
        name = known[0]["service_request_id"]
        found = _fine(server.get(f"requests/{name}.json")).json()
        assert [one["service_request_id"] for one in found] == [name]
        node = _fine(server.get(f"requests/{name}.xml"), "xml").xml().find("request")
        assert node is not None, "no <request>"
        assert node.findtext("service_request_id") == str(name)


@check("GET service_request_id from a token")
def unknown_token(server: Server) -> None:
    """An unknown token is 404."""
    _refused(server.get("tokens/no-such-token.json"), 404)
    _refused(server.get("tokens/no-such-token.xml"), 404, "xml")


@check("POST Service Request")
def keyless(server: Server) -> None:
    """A request without a key, or with a wrong one, is 403."""
    given = _given(server, _services(server)[0]) if _services(server) else []
    _refused(server.post("json", given), 403)
    _refused(server.post("xml", [("api_key", "wrong-key"), *given]), 403, "xml")


@check("POST Service Request")
def incomplete(server: Server) -> None:
    """A missing service_code is 400, an unknown one 404, a missing place 400."""
    key = _key(server)
    _refused(server.post("json", [key]), 400)
    _refused(server.post("json", [key, ("service_code", "no-such-service-0"), *_where(server)]), 404)
    first = _services(server)[0]
    _refused(server.post("xml", [key, ("service_code", first["service_code"]), *_answers(server, first)]), 400, "xml")


@check("POST Service Request")
def required_attributes(server: Server) -> None:
    """A required attribute that is missing is 400."""
    key = _key(server)
    asking = [one for one in _services(server) if _answers(server, one)]
    if not asking:
        raise Skip("no service has required attributes")
    given = [key, ("service_code", asking[0]["service_code"]), *_where(server)]
    _refused(server.post("json", given), 400)


@check("POST Service Request")
def sent_and_found(server: Server) -> None:
    """A request is answered by an identifier or a token, never both, and found again; a black box gives neither."""
    key = _key(server)
    for form, kind in [(form, kind) for kind in ("realtime", "batch", "blackbox") for form in ("json", "xml")]:
        service = next((one for one in _services(server) if one["type"] == kind), None)
        if service is None:
            continue
        answer = server.post(form, [key, *_given(server, service)])
        assert answer.status in (200, 201), f"{kind} {form}: {answer.status} {answer.body[:200]!r}"
        name, token = _answered(answer, form)
        if kind == "realtime":
            assert (bool(name), bool(token)) == (True, False), f"realtime gave {name!r} and {token!r}"
            found = _fine(server.get(f"requests/{name}.json")).json()[0]
            assert found["service_code"] == service["service_code"]
            assert found["status"] == "open"
        elif kind == "batch":
            assert (bool(name), bool(token)) == (False, True), f"batch gave {name!r} and {token!r}"
            found = _fine(server.get(f"tokens/{token}.json")).json()[0]
            assert found["token"] == token
            root = _fine(server.get(f"tokens/{token}.xml"), "xml").xml()
            assert root.findtext("request/token") == token, "the token's XML lacks request/token"
        else:
            assert not name, "a black box gave an identifier"


def _asked(request: urllib.request.Request) -> Answer:
    if urllib.parse.urlsplit(request.full_url).scheme not in ("http", "https"):
        raise ValueError(f"not an address of the web: {request.full_url}")
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read())
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, refused.headers.get("Content-Type", ""), refused.read())


def _fine(answer: Answer, form: str = "json") -> Answer:
    assert answer.status == 200, f"status {answer.status}"
    wanted = "application/json" if form == "json" else "text/xml"
    assert answer.type.split(";")[0].strip() == wanted, f"{answer.type} is not {wanted}"
    assert "utf-8" in answer.type.lower(), f"{answer.type} does not say UTF-8"
    return answer


def _refused(answer: Answer, status: int, form: str = "json") -> None:
    assert answer.status == status, f"status {answer.status}, not {status}"
    if form == "json":
        errors = answer.json()
        assert isinstance(errors, list), "errors are no array"
        told = [(str(one["code"]), one["description"]) for one in errors]
    else:
        root = answer.xml()
        assert root.tag == "errors", root.tag
        told = [(node.findtext("code") or "", node.findtext("description") or "") for node in root.findall("error")]
    assert told, "no error is told"
    assert all(code and words for code, words in told), "an error without code or description"


def _services(server: Server) -> list[Any]:
    if "services" not in server.seen:
        server.seen["services"] = _fine(server.get("services.json")).json()
    found: list[Any] = server.seen["services"]
    return found


def _requests(server: Server) -> list[Any]:
    if "requests" not in server.seen:
        server.seen["requests"] = _fine(server.get("requests.json")).json()
    found: list[Any] = server.seen["requests"]
    return found


def _key(server: Server) -> tuple[str, str]:
    if not server.api_key:
        raise Skip("no --api-key was given, so nothing is sent")
    if not all(server.place):
        raise Skip("no --lat and --long were given, so nothing is sent")
    return "api_key", server.api_key


def _where(server: Server) -> list[tuple[str, str]]:
    return [("lat", server.place[0]), ("long", server.place[1])]


def _given(server: Server, service: Any) -> list[tuple[str, str]]:
    words = [("description", "Open311 conformance check: please ignore."), ("email", "check@example.org")]
    return [("service_code", service["service_code"]), *_where(server), *words, *_answers(server, service)]


def _answers(server: Server, service: Any) -> list[tuple[str, str]]:
    """An answer to each required question."""
    definition = server.seen.get(f"definition {service['service_code']}", {"attributes": []})
    given = []
    for one in definition["attributes"]:
        if str(one["required"]).lower() != "true" or str(one["variable"]).lower() != "true":
            continue
        usual = {"number": "1", "datetime": "2026-01-01T00:00:00Z"}.get(one["datatype"], "x")
        value = str(one["values"][0]["key"]) if one["datatype"] in LISTS else usual
        name = f"attribute[{one['code']}]" + ("[]" if one["datatype"] == "multivaluelist" else "")
        given.append((name, value))
    return given


def _answered(answer: Answer, form: str) -> tuple[str, str]:
    if form == "json":
        [one] = answer.json()
        return str(one.get("service_request_id") or ""), str(one.get("token") or "")
    root = answer.xml()
    assert root.tag == "service_requests", root.tag
    return root.findtext("request/service_request_id") or "", root.findtext("request/token") or ""


def main(words: list[str] | None = None) -> int:
    """Look at a server and print what was found; 1 where something does not conform."""
    parser = argparse.ArgumentParser(description="Open311 GeoReport v2 conformance")
    parser.add_argument("url", help="address of the endpoint, such as https://city.example/open311/v2")
    parser.add_argument("--discovery", help="address of discovery without .xml (default: beside the endpoint)")
    parser.add_argument("--api-key", default="")
    parser.add_argument("--jurisdiction-id", default="")
    parser.add_argument("--lat", default="")
    parser.add_argument("--long", default="")
    given = parser.parse_args(words)
    base = given.url.rstrip("/")
    server = Server(
        base=base,
        discovery=given.discovery or f"{base.rpartition('/')[0]}/discovery",
        api_key=given.api_key,
        place=(given.lat, given.long),
        jurisdiction=given.jurisdiction_id,
    )
    signs = {True: "ok  ", False: "FAIL", None: "skip"}
    failed = 0
    for one in conformance(server):
        failed += one.passed is False
        sys.stdout.write(f"{signs[one.passed]} {one.part}: {one.name}{f' — {one.found}' if one.found else ''}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
