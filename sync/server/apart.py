"""Keeps the large files of imported resources beside them, as attachments of their scope, where there is room."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sync.fhir.apart import File, take_apart
from sync.fhir.reading import Found
from sync.fhir.record import Paper, papers
from sync.fhir.view import Near
from sync.server.blobs import Blobs, Caps, keep
from sync.server.database import Unit
from sync.server.errors import NoRoom


@dataclass(frozen=True)
class Heavy:
    """A record whose files were taken out: what it is with them inside, and they."""

    whole: Paper
    files: list[File]


class Apart:
    """The files of one import. Without the clinic's secret for attachments everything stays in its resource."""

    def __init__(self, secret: bytes | None, now_ms: int, caps: Caps) -> None:
        self.secret, self.now_ms, self.caps = secret, now_ms, caps
        self._heavy: dict[str, Heavy] = {}

    def papers(self, item: Found, near: Near) -> list[Paper]:
        """The documents of a resource, its large files left out."""
        whole = papers(item, near)
        raw, files = take_apart(item.type, item.raw) if self.secret else (item.raw, [])
        if not files:
            return whole
        light = papers(replace(item, raw=raw), near, [named for named, _ in files])
        self._heavy[light[0].id] = Heavy(whole[0], files)
        return light

    def settled(self, unit: Unit, paper: Paper) -> Paper:
        """The document as it goes in: with its files beside it, or in it where there is no room beside."""
        heavy = self._heavy.pop(paper.id, None)
        if heavy is None or self.secret is None:
            return paper
        try:
            for named, data in heavy.files:
                keep(Blobs(unit, self.secret, self.caps, self.now_ms), named, data)
        except NoRoom:
            return heavy.whole
        return paper
