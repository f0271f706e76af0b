"""From a thread to the page's event loop and back: the phone's services answer there, the vault asks from a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from app.core.errors import OnTheLoop, Refused, Silent

PATIENCE = 15.0
T = TypeVar("T")


def ask(
    loop: asyncio.AbstractEventLoop, question: Callable[[], Coroutine[Any, Any, T]], seconds: float = PATIENCE
) -> T:
    """Have the loop answer a question, and wait for it. Raises OnTheLoop, Silent, or Refused for the phone's no."""
    if is_on(loop):
        raise OnTheLoop()
    if not loop.is_running():
        raise Silent()
    asked = asyncio.run_coroutine_threadsafe(question(), loop)
    try:
        return asked.result(seconds)
    except (TimeoutError, CancelledError) as error:
        asked.cancel()
        raise Silent() from error
    except RuntimeError as error:
        raise Refused() from error


def is_on(loop: asyncio.AbstractEventLoop) -> bool:
    """Is this the thread that the loop runs in?"""
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
