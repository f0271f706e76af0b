"""A copy, in a file, of what the clinic did not take: the patient's own words, before they are let go."""

from __future__ import annotations

import flet as ft

from app.features.waiting.commands import keep_words
from app.features.waiting.naming import name_of
from app.features.waiting.queries import Item
from app.features.waiting.rules import reason_key
from app.places import arrivals, downloads
from app.ui.files import hand_over, has_folders
from app.ui.hooks import boundary, use_action, use_app, use_words
from app.ui.strings import Words
from app.ui.widgets import Notice, QuietButton, ask


@ft.component
@boundary
def KeepPart(items: list[Item]) -> ft.Control:
    """Save these words as a file that anybody can open; so it asks first."""
    app, t = use_app(), use_words()
    kept, set_kept = ft.use_state("")
    text = as_text(items, t)

    async def keep() -> None:
        if has_folders():
            set_kept(str(keep_words(app, text, downloads())))
            return
        made = keep_words(app, text, arrivals())
        try:
            if await hand_over(made, t("waiting.save")):
                set_kept(made.name)
        finally:
            made.unlink(missing_ok=True)

    action = use_action(keep)
    sure = (t("waiting.save_title"), t("waiting.save_text"), t("waiting.save_yes"), t("actions.cancel"))
    parts: list[ft.Control] = [
        ft.Row([QuietButton(t("waiting.save"), lambda: ask(*sure, action.run), ft.Icons.SAVE_ALT)], wrap=True)
    ]
    parts += [action.notice] if action.notice else []
    parts += [Notice("done", t("waiting.saved", file=kept))] if kept else []
    return ft.Column(parts, spacing=8, tight=True)


def as_text(items: list[Item], t: Words) -> str:
    """What it is, when it was said, why it was not taken, and every field as it was written."""
    return "\n\n".join("\n".join(lines_of(item, t)) for item in items) + "\n"


def lines_of(item: Item, t: Words) -> list[str]:
    """One thing, line by line."""
    when = t("waiting.when", day=t.day(item.at), time=t.time(item.at))
    fields = [f"  {name}: {value}" for name, value in (item.body or {}).items()]
    return [name_of(item), when, t(f"waiting.reason.{reason_key(item.reason)}"), *fields]
