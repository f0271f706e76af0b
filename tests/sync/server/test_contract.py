"""What the API says of itself is true: generated requests get declared answers, whoever of two patients asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from house import House, Phone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from twins import Operation, leaks, operations, twins

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def quiet(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, database=None, derandomize=examples < 100,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def body_of(case: Any) -> bytes:
    if isinstance(case.body, bytes):
        return case.body
    return b"" if isinstance(case.body, schemathesis.core.NotSet) else json.dumps(case.body).encode()


def ask(house: House, phone: Phone, one: Operation, case: Any) -> Any:
    """The case as this phone would send it; the proof and the token are good, so the rest is what is judged."""
    body, token = body_of(case), phone.bearer if one.token else None
    headers = {"content-type": one.asks[0] if one.asks else "application/json"}
    if one.signed:
        headers["dpop"] = phone.proof(one.method, case.formatted_path, token, body)
    if token:
        headers["authorization"] = f"DPoP {token}"
    answer = house.call(one.method, case.formatted_path, content=body, headers=headers, params=case.query)
    phone.nonce = answer.headers.get("dpop-nonce", phone.nonce)
    return answer


def explore(house: House, examples: int) -> int:
    """Hold every operation to the document, with both tokens; returns how many requests that took."""
    phones, asked = twins(house), [0]
    schema = schemathesis.openapi.from_dict(house.call("GET", "/openapi.json").json())
    for one in operations(house):
        operation = schema[one.path][one.method]
        cases = st.one_of([operation.as_strategy(generation_mode=mode) for mode in MODES])
        quiet(examples)(
            given(case=cases, phone=st.sampled_from(phones))(judge(house, one, phones[0], asked))
        )()
    return asked[0]


def judge(house: House, one: Operation, a: Phone, asked: list[int]) -> Callable[..., None]:
    """Asks, counts, and holds the answer against the document; to A nothing of B may be said."""

    def judged(case: Any, phone: Phone) -> None:
        answer = ask(house, phone, one, case)
        asked[0] += 1
        case.validate_response(answer, checks=CHECKS)
        if phone is a:
            assert not leaks(house, answer), one.name

    return judged


def test_answers_are_as_the_document_says(small_house: House) -> None:
    assert explore(small_house, 12) > 80


@pytest.mark.long
def test_answers_are_as_the_document_says_for_long(house: House) -> None:
    assert explore(house, 400) > 2500
