"""What went wrong is said in the patient's words, and logged without them."""

from __future__ import annotations

import logging

import pytest

from app.ui.failures import LOUD, hush_logs

SECRET = "slept badly"


@pytest.mark.parametrize("name", LOUD)
def test_a_log_keeps_the_type_of_an_error_and_none_of_its_words(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    hush_logs()
    hush_logs()
    logger = logging.getLogger(name)
    assert len(logger.filters) == 1
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        logger.error("Task was never retrieved %r: " + repr(error), error, exc_info=error)
    assert SECRET not in caplog.text and "ValueError" in caplog.text
