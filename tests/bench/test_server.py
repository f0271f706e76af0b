"""The server's benchmark at a tiny size: what it says has its shape, nobody failed, and everybody heard the news."""

from __future__ import annotations

import json

import pytest

from tests.bench.server import Size, growth, measure


def test_growth_compares_with_the_small_record() -> None:
    cost = {"small": {"no_change": {"cpu_us": 1000.0}}, "large": {"no_change": {"cpu_us": 1500.0}}}
    assert growth(cost) == {"large": {"no_change": 1.5}}


@pytest.mark.long
def test_every_kind_of_exchange_is_measured_on_every_record_and_a_crowd_is_served() -> None:
    sizes = [Size("small", 20), Size("large", 200), Size("old", 20, 200)]
    found = measure("sqlite", sizes, requests=100, devices=20, seconds=1)
    json.dumps(found)
    kinds = {"first_row", "no_change", "ten_new", "push_entry"}
    assert {name: set(cost) for name, cost in found["cost"].items()} == dict.fromkeys(
        ("small", "large", "old"), kinds
    )
    assert all(
        one["per_s"] > 0 and one["cpu_us"] >= 0 for cost in found["cost"].values() for one in cost.values()
    )
    assert set(found["growth"]) == {"large", "old"}
    assert found["crowd"]["polling"]["failed"] == 0 and found["crowd"]["polling"]["exchanges"] >= 20
    assert found["crowd"]["holding"]["waited"] == found["crowd"]["holding"]["heard"] == 20
