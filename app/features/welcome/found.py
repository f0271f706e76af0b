"""What came of mending: what a look found, what came back, what is lost, and the code for support."""

from __future__ import annotations

from pathlib import Path

import flet as ft

from app import mend
from app.features.welcome.opening import column
from app.features.welcome.rules import count_by_name, name_owner
from app.ui.hooks import use_words
from app.ui.widgets import Code, ListRow, Notice, Rows, Section, body, small


def Looked(report: mend.Report) -> ft.Control:
    """How many pages are bad, and what the first of them held."""
    t = use_words()
    if report.is_whole:
        return Notice("done", t("mend.whole"))
    if not report.first_bad:
        return Notice("attention", t("mend.misfit"))
    page, owner = report.first_bad
    counted = t("mend.bad", count=len(report.bad), pages=t.number(report.pages))
    first = t("mend.first", page=t.number(page), what=t(f"mend.held.{name_owner(owner)}"))
    return Notice("attention", f"{counted} {first}", details=f"{page} {owner}")


def Rescued(saved: mend.Saved) -> ft.Control:
    """What came back and what is lost, by kind."""
    t = use_words()
    report = saved.report
    waits = t("mend.saved_waiting", count=report.recovered.get("outbox", 0))
    lost: list[ft.Control] = (
        [Tally(report.lost), small(t("mend.lost_clinic"))] if report.lost else [body(t("mend.lost_none"))]
    )
    return column(
        Section(t("mend.saved_title"), Tally(report.kinds), body(waits)),
        Section(t("mend.lost_title"), *lost),
        Notice("info", t("mend.kept")),
    )


def Tally(kinds: dict[str, int]) -> ft.Control:
    """How many of each kind, in plain words."""
    t = use_words()
    named = count_by_name(kinds, lambda kind: t.has(f"mend.kind.{kind}"))
    rows = [ListRow(None, t(f"mend.kind.{name}"), trailing=t.number(n)) for name, n in named.items()]
    return Rows(rows) if rows else body(t("mend.lost_none"))


def PutBack(copy: mend.Copy) -> ft.Control:
    """The copy from before the update is in place."""
    return Notice("done", use_words()("mend.old_done"))


def ForSupport(made: tuple[Path, str | None]) -> ft.Control:
    """Where the copy lies, and the code that opens it, this once."""
    t = use_words()
    path, code = made
    where = [ListRow(None, t("backup.name"), path.name), ListRow(None, t("backup.where"), str(path.parent))]
    if not code:
        return column(Rows(where), body(t("mend.support_plain")))
    return column(
        Rows(where),
        body(t("mend.support_code")),
        Code(code),
        Notice("attention", t("mend.support_once")),
    )
