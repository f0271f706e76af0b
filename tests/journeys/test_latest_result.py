"""The latest result with no network: at most two taps from Today, with picture, sentence, words, course and its day."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.test_demo import open_app

pytestmark = pytest.mark.browser


def test_with_the_network_cut_the_latest_result_is_two_taps_away(demo: Demo, page: Page) -> None:
    open_app(page, demo.facts["app"])
    expect(page.get_by_text("Up to date", exact=False)).to_be_visible()
    demo.kill_clinic()
    page.get_by_role("button", name="New result").first.click()
    page.get_by_role("button", name="Hemoglobin A1c").first.click()
    expect(page.get_by_role("img", name="A little above the usual range")).to_be_visible()
    expect(page.get_by_role("img", name="Over time. About the same since")).to_be_visible()
    for told in ("No connection", "17 November 2026", "Dr. Lee", "Show as table", "Read about this"):
        expect(
            page.get_by_text(told, exact=False).or_(page.get_by_role("button", name=told)).first
        ).to_be_visible()
