"""The clinic's list of issuers, and the cards it puts: as a script calls them, and as a device hears of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from house import House, rows

from sync.models import HealthCard, IssuerKeys
from sync.protocol.wire import Mutation
from sync.server.cards import issuers_of
from sync.server.cli import main
from tests.sync.cards.mint import DATA, EXAMPLES, Issuer, payload

CARD = DATA / "example-00-e-file.smart-health-card"
WHOSE = ("--iss", EXAMPLES, "--name", "Example Clinic")


def run(house: House, *arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--db", house.url])


def cards(house: House, kind: str = "health-card", scope: str = "patient:pa") -> list[str]:
    """The bodies of this kind that a new device of the patient gets."""
    found = rows(house.phone().sync(cursors={}), scope)
    return [row.body for row in found.values() if row.kind == kind]


@pytest.fixture
def trusting(small_house: House) -> House:
    """A clinic that believes the issuer of the published examples."""
    done = run(small_house, "issuers", DATA / "issuer-jwks.json", *WHOSE)
    assert done.exit_code == 0 and "1 issuers with 2 keys are believed." in done.output
    return small_house


def test_a_verified_card_reaches_the_patients_device_to_the_letter(trusting: House) -> None:
    done = run(trusting, "card", "pa", CARD)
    assert done.exit_code == 0 and f"Put: 4 entries, signed by {EXAMPLES}" in done.output
    (body,) = cards(trusting)
    assert HealthCard.read("x", body).jws == (DATA / "example-00-d-jws.txt").read_text()
    assert "There already: 4 entries" in run(trusting, "card", "pa", CARD).output
    assert len(cards(trusting)) == 1


def test_a_card_of_somebody_born_on_another_day_is_not_put(trusting: House, tmp_path: Path) -> None:
    who = {"resourceType": "Patient", "id": "pz", "birthDate": "1959-06-17", "name": [{"text": "Zoe"}]}
    (tmp_path / "pz.json").write_text(json.dumps(who))
    trusting.clinic.import_paths([tmp_path / "pz.json"])
    done = run(trusting, "card", "pz", CARD)
    assert done.exit_code == 1 and "another date of birth" in done.output and "1951" not in done.output
    who["birthDate"] = "1951-01-20"
    who["id"] = "py"
    (tmp_path / "py.json").write_text(json.dumps(who))
    trusting.clinic.import_paths([tmp_path / "py.json"])
    assert "Put: 4 entries" in run(trusting, "card", "py", CARD).output


def test_all_parts_of_a_long_card_may_stand_in_one_file(trusting: House, tmp_path: Path) -> None:
    parts = [DATA / f"example-02-f-qr-code-numeric-value-{n}.txt" for n in range(3)]
    (tmp_path / "all.txt").write_text("\n".join(part.read_text() for part in parts))
    assert "Put: 55 entries" in run(trusting, "card", "pa", tmp_path / "all.txt").output


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("example-03-d-jws.txt", f"it is not verified (expired, {EXAMPLES})"),
        ("invalid/test-example-00-d-jws-issuer-kid-mismatch.txt", "it is not verified (unknown_key"),
        ("invalid/test-example-00-e-file-multi-jws-issues.smart-health-card", "it is no health card (alg)"),
        ("issuer-jwks.json", "it is no health card (file)"),
    ],
)
def test_what_is_not_verified_is_not_put(trusting: House, name: str, why: str) -> None:
    done = run(trusting, "card", "pa", DATA / name)
    assert done.exit_code == 1 and f"{name}: {why}" in done.output and "Nothing was put." in done.output
    assert cards(trusting) == []


def test_without_the_key_nothing_is_put_and_nobody_is_made_up(small_house: House) -> None:
    assert "it is not verified (unknown_issuer" in run(small_house, "card", "pa", CARD).output
    assert run(small_house, "card", "nobody", CARD).exit_code == 1


def test_devices_hear_of_the_keys_and_cannot_write_them(trusting: House) -> None:
    (body,) = cards(trusting, "issuer-keys", "content")
    entry = IssuerKeys.read("x", body)
    assert (entry.iss, entry.name, len(entry.keys)) == (EXAMPLES, "Example Clinic", 2)
    said = {"mid": "m", "scope": "patient:pa", "kind": "issuer-keys", "id": "mine", "body": body}
    (verdict,) = trusting.phone().sync(Mutation(**said, op="put")).verdicts
    assert (verdict.status, verdict.reason) == ("rejected", "server_owned")


def test_naming_an_issuer_again_changes_nothing_and_keeps_what_was_revoked(trusting: House) -> None:
    assert run(trusting, "issuers", DATA / "issuer-crl.json").exit_code == 0
    before = issuers_of(trusting.clinic)
    assert len(before[0].revoked[0].rids) == 4
    run(trusting, "issuers", DATA / "issuer-jwks.json", *WHOSE)
    assert issuers_of(trusting.clinic) == before


def test_a_revoked_card_is_not_put(small_house: House, tmp_path: Path) -> None:
    river = Issuer()
    listed = {"issuers": [{"iss": river.iss, "name": river.name, "keys": [river.jwk()]}]}
    (tmp_path / "list.json").write_text(json.dumps(listed))
    (tmp_path / "crl.json").write_text(json.dumps({"kid": river.kid, "method": "rid", "rids": ["abc"]}))
    (tmp_path / "card.txt").write_text(river.sign(payload(rid="abc", nbf=0)))
    assert run(small_house, "issuers", tmp_path / "list.json", tmp_path / "crl.json").exit_code == 0
    assert "not verified (revoked" in run(small_house, "card", "pa", tmp_path / "card.txt").output


def test_whom_the_clinic_no_longer_believes_keeps_a_name_and_no_key(trusting: House) -> None:
    done = run(trusting, "issuers", "--forget", EXAMPLES)
    assert done.exit_code == 0 and "no key" in done.output
    assert [(one.name, one.keys) for one in issuers_of(trusting.clinic)] == [("Example Clinic", [])]
    assert "it is not verified (unknown_key" in run(trusting, "card", "pa", CARD).output
    assert run(trusting, "issuers", "--forget", "https://unheard.test").exit_code == 1


def test_a_bad_list_changes_nothing(trusting: House, tmp_path: Path) -> None:
    before = issuers_of(trusting.clinic)
    (tmp_path / "bad.json").write_text("{}")
    done = run(trusting, "issuers", DATA / "issuer-crl.json", tmp_path / "bad.json")
    assert done.exit_code == 1 and "bad.json: it is no list of issuers. Nothing was changed." in done.output
    assert issuers_of(trusting.clinic) == before
    stray = tmp_path / "stray.json"
    stray.write_text('{"kid": "nobodys", "rids": ["x"]}')
    assert "key nobodys, which no issuer here has" in run(trusting, "issuers", stray).output
