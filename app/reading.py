"""Reads what is new into the search index, a little at a time, so that nobody who searches has to wait for it."""

from __future__ import annotations

import asyncio
import contextlib

from app.core.errors import StoreError
from app.store import Store
from app.store.search import catch_up
from sync.client.link import Link

FEW, PAUSE = 100, 0.01


class Reader:
    """Reads whenever the connection comes to rest. What a search finds unread, it reads itself."""

    def __init__(self, store: Store, link: Link) -> None:
        self.store, self.link = store, link

    async def run(self) -> None:
        """For as long as the record is open."""
        heard = asyncio.Event()
        stop = self.link.listen(heard.set)
        try:
            while True:
                with contextlib.suppress(StoreError):
                    await self._read()
                await heard.wait()
                heard.clear()
        finally:
            stop()

    async def _read(self) -> None:
        while self.link.word != "working" and catch_up(self.store.db, FEW):
            await asyncio.sleep(PAUSE)
