"""An exchange that waits: news wakes it in no time, an ended access too, and nobody waits for ever or for nothing."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
from house import House, Phone, draft, mood

SOON = 10.0
"""Generous for a busy machine, and far below the 25 seconds of a hold that nobody wakes."""


def held(house: House, phone: Phone, **said: Any) -> asyncio.Task[httpx.Response]:
    """Send an exchange that may wait; to be called on the house's loop."""
    body = json.dumps({"v": 2, "wait": 25, "cursors": phone.cursors} | said).encode()
    headers = {
        "dpop": phone.proof("POST", "/v1/sync", phone.bearer, body),
        "authorization": f"DPoP {phone.bearer}",
    }
    return asyncio.ensure_future(house.client.post("/v1/sync", content=body, headers=headers))


async def waiting(house: House, count: int = 1) -> None:
    """Until so many wait."""
    async with asyncio.timeout(SOON):
        while house.node.database.hints.holds != count:
            await asyncio.sleep(0.005)


def settled(house: House) -> Phone:
    """A phone that has everything there is."""
    phone = house.phone()
    phone.sync()
    return phone


def while_held(house: House, phone: Phone, event: Any, **said: Any) -> tuple[httpx.Response, float]:
    """Hold an exchange, let `event` happen in a thread, and say what came and how long after the event."""

    async def story() -> tuple[httpx.Response, float]:
        task = held(house, phone, **said)
        await waiting(house)
        await asyncio.sleep(0.05)
        assert not task.done()
        begun = time.perf_counter()
        await asyncio.to_thread(event)
        async with asyncio.timeout(SOON):
            return await task, time.perf_counter() - begun

    return house.runner.run(story())


def test_news_wakes_who_waits(house):
    phone = settled(house)
    answer, took = while_held(house, phone, lambda: house.clinic.put("patient:pa", *nouns("from the clinic")))
    (row,) = (row for page in answer.json()["pages"] for row in page["rows"])
    assert "from the clinic" in row["body"] and took < SOON
    assert house.node.database.hints.holds == 0


def nouns(note: str):
    from datetime import UTC, datetime

    from sync.models import MoodEntry

    return [MoodEntry(id=note, felt_at=datetime(2026, 11, 23, tzinfo=UTC), score=3, note=note)]


def test_what_another_device_says_wakes_this_one(house):
    phone, tablet = settled(house), house.phone()
    phone.sync()

    async def story():
        task = held(house, phone)
        await waiting(house)
        said = {"v": 2, "cursors": tablet.cursors, "mutations": [mood("m1").model_dump()]}
        assert (await held(house, tablet, **said)).json()["verdicts"][0]["status"] == "ok"
        async with asyncio.timeout(SOON):
            return (await task).json()

    reply = house.runner.run(story())
    assert {row["id"] for page in reply["pages"] for row in page["rows"]} >= {"m1"}


def test_an_ended_access_is_heard_while_waiting(house):
    phone = settled(house)
    answer, _ = while_held(house, phone, lambda: house.clinic.revoke(phone.id))
    assert (answer.status_code, answer.json()["error"]) == (401, "device_revoked")


def test_a_device_reported_lost_hears_its_order_while_waiting(house):
    phone = settled(house)
    answer, _ = while_held(house, phone, lambda: house.clinic.mark_lost(phone.id))
    assert answer.json()["order"]["said"]


def test_another_life_of_the_scope_is_heard_while_waiting(house):
    phone = settled(house)
    answer, _ = while_held(house, phone, house.clinic.restored)
    assert {page.get("reset") for page in answer.json()["pages"]} >= {"epoch"}


def test_what_concerns_somebody_else_wakes_nobody(house):
    phone = settled(house)
    other = house.patient("pb", "Berg")
    answer, took = while_held(house, phone, lambda: house.clinic.put(other, *nouns("b")), wait=1)
    assert took > 0.5 and all(not page["rows"] for page in answer.json()["pages"])


def test_without_news_the_answer_comes_when_the_time_is_over(small_house):
    phone = settled(small_house)
    answer, took = while_held(small_house, phone, lambda: None, wait=1)
    assert took > 0.5 and not answer.json()["verdicts"]
    assert {page["scope"]: page["cursor"] for page in answer.json()["pages"]} == phone.cursors


def test_who_has_something_to_hear_or_to_say_is_answered_at_once(small_house):
    phone = settled(small_house)
    for said in (
        {"mutations": [draft("d", "x", "mid-1").model_dump()]},
        {"cursors": {}},
        {"cursors": {**phone.cursors, "patient:other": "x"}},
        {"cursors": {**phone.cursors, "patient:pa": "stale"}},
        {"v": 1},
        {"wait": 0},
    ):
        begun = time.perf_counter()
        small_house.runner.run(asyncio.wait_for(answered(small_house, phone, said), SOON))
        assert time.perf_counter() - begun < SOON


async def answered(house: House, phone: Phone, said: dict[str, Any]) -> None:
    assert (await held(house, phone, **said)).status_code == 200


def test_nobody_may_wait_longer_than_the_protocol_says(small_house):
    phone = settled(small_house)
    for wait in (26, -1, 1.5):
        assert small_house.runner.run(refused(small_house, phone, wait)) == 422


async def refused(house: House, phone: Phone, wait: Any) -> int:
    return (await held(house, phone, wait=wait)).status_code


def test_a_newer_hold_of_a_device_takes_the_place_of_the_older(small_house):
    phone = settled(small_house)

    async def story():
        older = held(small_house, phone)
        await waiting(small_house)
        newer = held(small_house, phone)
        async with asyncio.timeout(SOON):
            assert (await older).status_code == 200
        assert not newer.done() and small_house.node.database.hints.holds == 1
        small_house.app.release()
        await newer

    small_house.runner.run(story())


def test_a_device_that_goes_away_frees_its_place(small_house):
    phone = settled(small_house)
    body = json.dumps({"v": 2, "wait": 25, "cursors": phone.cursors}).encode()
    headers = [(b"host", b"clinic.test"), (b"authorization", f"DPoP {phone.bearer}".encode())]
    headers.append((b"dpop", phone.proof("POST", "/v1/sync", phone.bearer, body).encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/v1/sync", "raw_path": b"/v1/sync", "query_string": b"", "headers": headers,
        "server": ("clinic.test", 80), "client": ("1.2.3.4", 5), "root_path": "",
    }  # fmt: skip

    async def story():
        left = asyncio.Event()
        said = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if said:
                return said.pop()
            await left.wait()
            return {"type": "http.disconnect"}

        async def send(_message):
            pass

        task = asyncio.ensure_future(small_house.app(scope, receive, send))
        await waiting(small_house)
        left.set()
        async with asyncio.timeout(SOON):
            await task
        await waiting(small_house, 0)

    small_house.runner.run(story())


def test_a_server_that_stops_answers_who_waits_and_holds_nobody_from_then_on(small_house):
    phone = settled(small_house)
    answer, took = while_held(small_house, phone, small_house.app.release)
    assert answer.status_code == 200 and took < SOON
    small_house.runner.run(asyncio.wait_for(answered(small_house, phone, {}), SOON))


def test_waiting_takes_no_connection_and_no_thread(small_house):
    phones = [settled(small_house) for _ in range(12)]

    async def story():
        tasks = [held(small_house, phone, cursors={}) for phone in phones]
        for phone, task in zip(phones, tasks, strict=True):
            pages = (await task).json()["pages"]
            phone.cursors = {page["scope"]: page["cursor"] for page in pages}
        tasks = [held(small_house, phone) for phone in phones]
        await waiting(small_house, len(phones))
        async with asyncio.timeout(SOON):
            while small_house.node.database.engine.pool.checkedout():
                await asyncio.sleep(0.005)
        small_house.clinic.put("patient:pa", *nouns("for all"))
        async with asyncio.timeout(4 * SOON):
            answers = await asyncio.gather(*tasks)
        assert all("for all" in answer.text for answer in answers)

    small_house.runner.run(story())
