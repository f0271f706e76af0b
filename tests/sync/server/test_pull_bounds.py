"""Where a pull goes: never to another server, never without TLS, never in a circle; no token goes astray."""

from __future__ import annotations

import pytest
from exports import lab, records
from hospital import Hospital, Reply
from pulls import led_to, marked, pull, reasons

from sync.server.errors import BadFhirAddress, PlainHttp
from sync.server.pull.address import Bounds
from sync.server.pull.stops import Elsewhere

OBSERVATION = ("Observation",)


def test_a_link_to_another_server_is_not_followed_and_its_token_not_told(small_clinic, ward):
    other = Hospital()
    ward.plan("/Observation?", Reply(200, led_to(f"{other.url}/steal", {"resource": lab("o0", "pa")})))
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert other.asked == []
    assert f"another server ({other.origin})" in reasons(report)[0] and "--allow" in reasons(report)[0]
    assert "o0" in records(small_clinic, "patient:pa")
    assert marked(small_clinic, ward).until_ms is None
    ward.plan("/Observation?", Reply(302, location=f"{other.url}/steal"))
    assert "another server" in reasons(pull(small_clinic, ward, type=OBSERVATION))[0]
    assert other.asked == []
    other.put(lab("elsewhere", "pa"), ago=60)
    ward.plan("/Observation?", Reply(302, location=f"{other.url}/Observation"))
    allowed = pull(small_clinic, ward, type=OBSERVATION, allow=(other.origin,))
    assert allowed.whole() and "elsewhere" in records(small_clinic, "patient:pa")
    other.close()


HOME = "https://fhir.example/r4"
OUTSIDE = [
    "http://fhir.example/r4/x", "https://fhir.example:8443/x", "https://fhir.example.evil/x", "//evil/x",
    "https://fhir.example@evil/x", "https://user:word@fhir.example/x", "file:///etc/passwd", "https://[::1",
    "javascript:x", "https://fhir.example:99999/x",
]  # fmt: skip


@pytest.mark.parametrize("link", OUTSIDE)
def test_only_the_servers_own_origin_is_asked(link):
    with pytest.raises(Elsewhere):
        Bounds.around(HOME).within(link, f"{HOME}/Observation")


@pytest.mark.parametrize("link", ["?page=2", "/r4?p=2", "Observation?p=2", "https://FHIR.example:443/r4?p=2"])
def test_links_may_be_relative(link):
    found = Bounds.around(HOME + "/").within(link, f"{HOME}/Observation")
    assert found.lower().startswith("https://fhir.example")


def test_what_is_said_of_an_address_cannot_steer_a_terminal():
    with pytest.raises(Elsewhere) as caught:
        Bounds.around(HOME).within("https://evil\x1bc.example/x", HOME)
    assert "\x1b" not in str(caught.value) and "evil" in str(caught.value)


@pytest.mark.parametrize("url", ["http://fhir.example/r4", "http://10.0.0.7/fhir", "http://127.0.0.1.evil/x"])
def test_without_tls_only_this_computer_is_asked(url):
    with pytest.raises(PlainHttp):
        Bounds.around(url)
    assert Bounds.around(url, insecure=True).base == url
    for near in ("http://127.0.0.1:8080/fhir", "http://[::1]:8080", "http://localhost/fhir"):
        assert Bounds.around(near).base == near


@pytest.mark.parametrize(
    "url", ["fhir.example", "ftp://x/y", "https://", "https://a:b@c/d", "https://c/d?e=f", "https://[x"]
)
def test_what_is_no_address_is_refused_without_its_password(url):
    with pytest.raises(BadFhirAddress) as caught:
        Bounds.around(url)
    assert "a:b" not in str(caught.value)


def test_pages_in_a_circle_are_noticed(small_clinic, ward):
    here = f"{ward.url}?page=same"
    ward.plan("/Observation?", Reply(200, led_to(here, {"resource": lab("o0", "pa")})))
    ward.plan("page=same", *(Reply(200, led_to(here, {"resource": lab("o1", "pa")})) for _ in range(9)))
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert reasons(report) == ["its pages lead in a circle"]
    assert records(small_clinic, "patient:pa") >= {"o0", "o1"} and len(ward.plans) == 8


@pytest.mark.parametrize("entries", [[], [{"resource": lab("o0", "pa")}]], ids=["empty", "alike"])
def test_ever_new_links_to_the_same_page_are_noticed(small_clinic, ward, entries):
    count = iter(range(10**6))
    endless = [lambda _: Reply(200, led_to(f"{ward.url}?page={next(count)}", *entries)) for _ in range(60)]
    ward.plan("/Observation?", endless[0])
    ward.plan("page=", *endless)
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert reasons(report) == ["its pages lead in a circle"] and len(ward.plans) > 30
