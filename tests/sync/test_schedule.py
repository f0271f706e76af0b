"""When the clinic is asked: held while somebody looks, sparingly else, and never in a hurry when something is wrong."""

from __future__ import annotations

import pytest

from sync.client.schedule import EVERY, HOLD, SPARING, UNSEEN, Conditions, Schedule


def even(**more: object) -> Schedule:
    """A schedule without chance."""
    return Schedule(chance=lambda: 0.5, **more)  # type: ignore[arg-type]


def test_after_an_answer_the_clinic_may_hold_the_next_request_at_once():
    schedule = even()
    schedule.worked()
    assert schedule.next() == (0.0, HOLD)
    schedule.held(took=20, asked=20, moved=False)
    assert schedule.next() == (0.0, HOLD)


def test_news_are_followed_by_the_next_hold_but_never_faster_than_once_a_second():
    schedule = even()
    schedule.held(took=8, asked=20, moved=True)
    assert schedule.next() == (0.0, HOLD)
    schedule.held(took=0.25, asked=20, moved=True)
    assert schedule.next() == (0.75, HOLD)


def test_a_clinic_that_answers_at_once_with_nothing_is_asked_as_often_as_without_holding():
    schedule = even()
    for _ in range(5):
        schedule.held(took=0.01, asked=20, moved=False)
        assert schedule.next() == (EVERY, HOLD)
    schedule.held(took=20, asked=20, moved=False)
    assert schedule.next() == (0.0, HOLD)


def test_a_hold_that_is_cut_is_followed_by_a_plain_question_and_then_by_patience():
    schedule = even()
    schedule.cut()
    assert schedule.next() == (1.0, 0)
    schedule.worked()
    assert schedule.next() == (EVERY, HOLD)


def test_failures_make_it_ask_ever_more_rarely_and_never_hold():
    schedule, rests = even(longest=60.0), []
    for _ in range(9):
        schedule.failed()
        rests.append(schedule.next())
    assert rests == [(rest, 0) for rest in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)]
    schedule.worked()
    assert schedule.next() == (0.0, HOLD)


@pytest.mark.parametrize("chance", [0.0, 0.3, 0.999])
def test_every_rest_is_spread_by_chance(chance):
    schedule = Schedule(chance=lambda: chance)
    schedule.failed()
    assert 0.75 <= schedule.next()[0] < 1.25 and schedule.next()[0] == schedule.next()[0]


@pytest.mark.parametrize(
    ("conditions", "rest"),
    [
        (Conditions(metered=True), SPARING),
        (Conditions(low=True), SPARING),
        (Conditions(seen=False), UNSEEN),
        (Conditions(online=False), UNSEEN),
        (Conditions(seen=False, metered=True, low=True), UNSEEN),
    ],
)
def test_where_bytes_or_power_are_short_or_nobody_looks_nothing_is_held(conditions, rest):
    schedule = even(conditions=conditions)
    schedule.worked()
    assert schedule.next() == (rest, 0)
