"""A server that is busy or broken: what came stays, what did not is said, and the next run goes on."""

from __future__ import annotations

import gzip
import json

import pytest
from exports import lab, person, records
from hospital import Hospital, Reply
from pulls import bundle, lines, marked, pull, reasons

from sync.models import derive_id
from sync.server.errors import NoAnswer, NotFhir, NotR4, NoTypes
from sync.server.pull.address import Bounds

OBSERVATION = ("Observation",)


def test_a_server_that_asks_for_patience_gets_it(small_clinic, ward):
    waits = []
    ward.plan("/Observation?", Reply(429, retry_after="7"), Reply(503))
    report = pull(small_clinic, ward, type=OBSERVATION, waits=waits)
    assert report.whole() and lines(report, "Observation")[:2] == (6, 6)
    assert waits[0] == 7.0 and 1.5 <= waits[1] <= 2.5


def test_patience_may_be_asked_for_by_a_date_of_the_servers_own_clock(small_clinic, ward):
    waits = []
    until = Reply(503, date="Tue, 01 Dec 2020 10:00:00 GMT", retry_after="Tue, 01 Dec 2020 10:00:09 GMT")
    ward.plan("/Observation?", until)
    assert pull(small_clinic, ward, type=OBSERVATION, waits=waits).whole()
    assert waits == [9.0]


def test_who_asks_for_hours_is_left_alone_until_the_next_run(small_clinic, ward):
    waits = []
    ward.plan("page=", Reply(429, retry_after="7200"))
    report = pull(small_clinic, ward, type=OBSERVATION, waits=waits)
    assert waits == [] and not report.whole()
    assert "7200 seconds" in reasons(report)[0]
    assert pull(small_clinic, ward, type=OBSERVATION).whole()
    assert records(small_clinic, "patient:pa") == {"pa", *(f"o{n}" for n in range(6))}


def test_a_server_out_of_order_is_tried_a_few_times_and_the_rest_goes_on(small_clinic, ward):
    ward.put({"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/pa"}}, ago=60)
    ward.plan("/Condition?", *(Reply(502) for _ in range(5)))
    report = pull(small_clinic, ward)
    assert "status 502" in reasons(report)[0]
    assert not report.searches["Condition"].done and report.searches["Observation"].done
    assert marked(small_clinic, ward, "Condition").until_ms is None
    again = pull(small_clinic, ward)
    assert again.whole() and lines(again, "Condition")[:2] == (1, 1)


def test_a_page_cut_in_the_middle_is_asked_for_again(small_clinic, ward):
    half = Reply(200, bundle({"resource": lab("o0", "pa")}), cut=40)
    ward.plan("/Observation?", half)
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert report.whole() and report.errors == [] and lines(report, "Observation")[:2] == (6, 6)


def test_a_connection_that_is_always_cut_ends_the_run_and_the_next_goes_on_at_that_page(small_clinic, ward):
    ward.plan("page=", *(Reply(200, bundle(), cut=5) for _ in range(5)))
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert not report.whole() and "cannot be reached" in reasons(report)[0]
    assert lines(report, "Observation")[:2] == (2, 2)
    ward.asked.clear()
    again = pull(small_clinic, ward, type=OBSERVATION)
    assert again.whole() and lines(again, "Observation") == (4, 4, 0, 0, 0)
    assert ward.searches("Observation") == []
    assert marked(small_clinic, ward).next is None and marked(small_clinic, ward).until_ms


def test_an_interrupted_pull_keeps_what_came_and_goes_on_there(clinic, ward):
    def stopped(words):
        if words.startswith("Observation: 2"):
            raise KeyboardInterrupt

    report = pull_saying(clinic, ward, stopped)
    assert report.interrupted and not report.whole()
    assert records(clinic, "patient:pa") == {"pa", "o0", "o1", "o2", "o3"}
    again = pull(clinic, ward, type=OBSERVATION)
    assert again.whole() and lines(again, "Observation") == (2, 2, 0, 0, 0)


def pull_saying(clinic, hospital, say):
    from sync.server.pull.peer import Peer, open_client
    from sync.server.pull.walk import Walk, Wish

    with open_client() as http:
        peer = Peer(Bounds.around(hospital.url), http)
        return Walk(clinic.database, peer, Wish(OBSERVATION, together=2), 2**41, say).run()


def test_where_the_pages_of_a_cut_walk_are_gone_it_begins_anew(small_clinic, ward):
    ward.plan("page=", *(Reply(503) for _ in range(5)))
    assert not pull(small_clinic, ward, type=OBSERVATION).whole()
    ward._pages.clear()
    again = pull(small_clinic, ward, type=OBSERVATION)
    assert again.whole() and lines(again, "Observation") == (6, 4, 0, 2, 0)


def test_a_page_too_large_is_left_unread_and_said(small_clinic, ward):
    big = json.dumps(bundle({"resource": lab("o0", "pa", note="x" * 300_000)})).encode()
    small = gzip.compress(big)
    for kind, body in (("zstd", b""), ("gzip, gzip", gzip.compress(small))):
        ward.plan("/Observation?", Reply(200, body, content_encoding=kind))
        assert "not asked for" in reasons(pull(small_clinic, ward, type=OBSERVATION))[0]
    for body, more in ((big, {}), (small, {"content_encoding": "gzip"})):
        ward.plan("/Observation?", Reply(200, body, **more))
        report = pull(small_clinic, ward, type=OBSERVATION, bytes=100_000)
        assert reasons(report) == ["a page is larger than 100000 bytes; ask for smaller pages with --count"]
    assert records(small_clinic, "patient:pa") == {"pa"}


def test_what_cannot_be_read_is_named_with_its_page_and_entry_and_the_rest_goes_in(clinic, ward):
    deep = json.loads('{"resourceType":"Observation","id":"deep","x":' + "[" * 210 + "]" * 210 + "}")
    ward.extra["Observation"] = [deep, 7, {"fullUrl": "urn:x"}, {"resource": {"id": "kind"}}]
    report = pull(clinic, ward, type=OBSERVATION)
    assert [(one["where"], one["reason"]) for one in report.errors] == [
        ("entry 3", "nested too deeply"),
        ("entry 4", "not FHIR: not a resource"),
        ("entry 5", "no resource in this entry"),
        ("entry 6", "not FHIR: no resourceType"),
    ]
    assert report.errors[0]["url"].startswith(f"{ward.url}/Observation?")
    assert report.whole() and lines(report, "Observation") == (6, 6, 0, 0, 4)
    assert marked(clinic, ward).until_ms is None, "it is asked for again until it can be read"
    assert lines(pull(clinic, ward, type=OBSERVATION), "Observation") == (6, 0, 0, 6, 0)
    assert marked(clinic, ward).until_ms


@pytest.mark.parametrize(("severity", "moves"), [("warning", True), ("error", False)])
def test_what_the_server_says_about_its_search_is_told_and_not_imported(small_clinic, ward, severity, moves):
    issue = {"severity": severity, "code": "not-supported", "diagnostics": "Ann Ames has no such thing"}
    ward.extra["Observation"] = [{"resourceType": "OperationOutcome", "issue": [issue]}]
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert reasons(report) == [f"OperationOutcome, not imported ({severity}: not-supported)"]
    assert lines(report, "Observation") == (6, 6, 0, 0, 0)
    assert "OperationOutcome" not in report.types
    assert (marked(small_clinic, ward).until_ms is not None) is moves
    with small_clinic.database.directory() as connection:
        assert (
            derive_id("record", "OperationOutcome", "x")
            and connection.exec_driver_sql(
                "SELECT count(*) FROM \"row\" WHERE body LIKE '%OperationOutcome%'"
            ).scalar_one()
            == 0
        )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Reply(403, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "forbidden"}]}),
         "it refused (status 403, error: forbidden)"),
        (Reply(200, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "security"}]}),
         "it is no page of FHIR: an OperationOutcome (error: security)"),
        (Reply(200, b"<html>Sign in, Ann Ames</html>"), "it is no page of FHIR: it is cut or broken JSON"),
        (Reply(200, lab("x", "pa")), "it is no page of FHIR: it is no Bundle"),
        (Reply(200, b"\x1f\x8b rubbish"), "it is no page of FHIR: it is cut or broken JSON"),
        (Reply(401), "it does not let this client in (status 401)"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_in_codes_and_never_in_the_servers_words(small_clinic, ward, answer, words):
    ward.plan("/Observation?", answer, answer, answer, answer)
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert reasons(report) == [words] and not report.whole()


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday", 7])
def test_a_server_with_an_impossible_clock_is_pulled_from_all_the_same(small_clinic, ward, said):
    for _ in range(2):
        ward.plan(
            "/Observation?", Reply(200, bundle({"resource": lab("o0", "pa")}, meta={"lastUpdated": said}))
        )
        assert pull(small_clinic, ward, type=OBSERVATION).whole()
    ward.put(lab("new", "pa"))
    pull(small_clinic, ward, type=OBSERVATION)
    assert "new" in records(small_clinic, "patient:pa")


def test_a_server_that_has_no_second_page_is_asked_for_a_larger_first_one(small_clinic, ward):
    ward.turns = False
    report = pull(small_clinic, ward, type=OBSERVATION, count=2)
    assert report.whole() and lines(report, "Observation")[:2] == (6, 6)
    assert [one.split("=")[-1] for one in ward.searches("Observation")] == ["2", "20"]


def test_who_shows_less_than_they_count_is_asked_for_it_again(small_clinic, ward):
    ward.turns, ward.more = False, 3
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert reasons(report)[-1] == "the server counts 3 more than it showed"
    assert marked(small_clinic, ward).until_ms is None
    ward.turns, ward.more = True, 0
    assert pull(small_clinic, ward, type=OBSERVATION).errors == []
    assert marked(small_clinic, ward).until_ms


def test_a_server_that_takes_no_increments_is_asked_for_everything(small_clinic, ward):
    pull(small_clinic, ward, type=OBSERVATION)
    ward.plan("_lastUpdated", Reply(400), Reply(400))
    report = pull(small_clinic, ward, type=OBSERVATION)
    assert report.whole() and lines(report, "Observation") == (6, 0, 0, 6, 0)


def test_without_its_patients_nothing_else_is_pulled(small_clinic, ward):
    ward.plan("/Patient?", Reply(403))
    report = pull(small_clinic, ward)
    assert not report.whole() and ward.searches("Observation") == []


def test_whether_it_is_a_fhir_r4_server_is_found_out_first(small_clinic, ward):
    for answer in (Reply(200, bundle()), Reply(404), Reply(200, b"<html>")):
        ward.plan("/metadata", answer)
        with pytest.raises(NotFhir):
            pull(small_clinic, ward)
        ward.plan("/metadata", answer)
        assert pull(small_clinic, ward, type=OBSERVATION, again=True).whole()
    ward.version = "5.0.0"
    with pytest.raises(NotR4, match=r"5\.0\.0"):
        pull(small_clinic, ward)
    ward.plan("/metadata", Reply(200, {"resourceType": "CapabilityStatement"}))
    with pytest.raises(NoTypes):
        pull(small_clinic, ward)
    ward.close()
    with pytest.raises(NoAnswer, match="cannot be reached"):
        pull(small_clinic, ward)


def test_odd_characters_and_numbers_come_as_they_were_sent(small_clinic, ward):
    raw = (
        b'\xef\xbb\xbf{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"odd",'
    )
    raw += b'"subject":{"reference":"Patient/pa"},"v":1.50,"note":"a\\u0000b\\ud800"}}]}'
    ward.plan("/Observation?", Reply(200, raw))
    assert pull(small_clinic, ward, type=OBSERVATION).errors == []
    held = small_clinic.get("patient:pa", derive_id("record", "Observation", "odd"))
    assert '"v":1.50' in held.body


def test_a_doctor_whom_the_server_refuses_holds_nobody_up(small_clinic):
    hospital = Hospital(everything=False)
    seen = {"participant": [{"individual": {"reference": "Practitioner/dr"}}]}
    hospital.put(person("pa"), lab("x", "pa", **seen), ago=60)
    hospital.plan("/Practitioner?_id=dr", Reply(403))
    report = pull(small_clinic, hospital, patient="pa")
    assert report.whole() and reasons(report) == ["it refused (status 403)"]
    assert records(small_clinic, "patient:pa") == {"pa", "x"}
    hospital.close()
