"""Which files a resource carries: wherever an Attachment may stand, and nothing that only looks like one."""

from __future__ import annotations

from typing import Any

import pytest

from sync.fhir.files import File, files_in

HERE = {
    ("Binary", "b1"): {"resourceType": "Binary", "id": "b1", "contentType": "text/plain", "data": "Qg=="},
    ("Media", "m1"): {
        "resourceType": "Media",
        "id": "m1",
        "content": {"contentType": "image/png", "data": "TQ=="},
    },
}


def found(resource: dict[str, Any]) -> list[File]:
    return files_in(resource, lambda type, id: HERE.get((type, id)))


@pytest.mark.parametrize(
    ("resource", "types"),
    [
        ({"resourceType": "Binary", "contentType": "application/pdf", "data": "UQ=="}, ["application/pdf"]),
        ({"presentedForm": [{"contentType": "text/plain", "data": "UQ=="}, {"contentType": "text/html", "url": "u"}]},
         ["text/plain", "text/html"]),
        ({"content": [{"attachment": {"url": "https://x.example/"}}]}, [""]),
        ({"resourceType": "Media", "content": {"data": "UQ=="}}, [""]),
        ({"photo": [{"contentType": "image/gif", "data": "UQ=="}]}, ["image/gif"]),
        ({"item": [{"answer": [{"valueAttachment": {"contentType": "a/b", "title": "x"}}]}]}, ["a/b"]),
        ({"payload": [{"contentReference": {"reference": "Binary/b1"}}]}, ["text/plain"]),
        ({"media": [{"link": {"reference": "Media/m1"}}]}, ["image/png"]),
        ({"signature": [{"sigFormat": "application/jose", "data": "UQ=="}]}, []),
        ({"valueSampledData": {"origin": {"value": 0}, "data": "1 2 3"}}, []),
        ({"subject": {"reference": "Patient/1"}, "contentType": 3, "data": {"x": 1}}, []),
        ({"content": [{"reference": "#d"}], "contained": [{"resourceType": "DocumentReference", "id": "d",
            "content": [{"attachment": {"contentType": "text/html", "data": "UQ=="}}]}]}, ["text/html"]),
        ({"content": "words", "photo": "words", "presentedForm": None}, []),
    ],
)  # fmt: skip
def test_files_are_found_wherever_they_stand(resource: dict[str, Any], types: list[str]) -> None:
    assert [file.type for file in found(resource)] == types


@pytest.mark.parametrize(
    ("address", "data", "left"),
    [
        ("Binary/b1", "Qg==", ""),
        ("Binary/b1/_history/3", "Qg==", ""),
        ("urn:uuid:b1", "Qg==", ""),
        ("#c", "Qw==", ""),
        ("data:text/plain;base64,RA==", "RA==", ""),
        ("data:,D", "RA==", ""),
        ("Binary/other", "", "Binary/other"),
        ("https://files.example/Binary/b1", "", "https://files.example/Binary/b1"),
    ],
)
def test_an_address_means_what_is_here_and_never_another_server(address: str, data: str, left: str) -> None:
    inside = {"resourceType": "Binary", "id": "c", "contentType": "text/plain", "data": "Qw=="}
    resource = {
        "contained": [inside],
        "content": [{"attachment": {"contentType": "text/plain", "url": address}}],
    }
    file = found(resource)[0]
    assert (file.data, file.address) == (data, left)


def test_what_the_attachment_says_of_itself_comes_first() -> None:
    said = {"title": "Mine", "url": "Binary/b1", "language": "es", "size": 1, "hash": "x", "creation": "2026"}
    (file,) = found({"content": [{"attachment": said}]})
    assert file == File("Mine", "text/plain", "es", "2026", 1, "x", "Qg==")


def test_a_resource_as_deep_as_json_allows_ends() -> None:
    deep: dict[str, Any] = {"contentType": "text/plain", "data": "UQ=="}
    for _ in range(150):
        deep = {"extension": [deep]}
    assert found(deep) == []


def test_the_same_file_twice_is_listed_once() -> None:
    one = {"contentType": "text/plain", "data": "UQ=="}
    assert len(found({"presentedForm": [one, dict(one)]})) == 1
