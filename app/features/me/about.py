"""About: what this is, what it is not, and whose work it stands on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import flet as ft

from app.ui.hooks import boundary, use_words
from app.ui.widgets import Page, Section, body, small

PARTS = ("score", "watch", "privacy")
THANKS = ("app", "loinc", "snomed", "flet", "noto", "sqlcipher", "reading")


@ft.component
@boundary
def AboutScreen() -> ft.Control:
    """Version, promises, licences and sources."""
    t = use_words()
    promises = [body(t(f"me.about_{name}")) for name in PARTS]
    thanks = [small(t(f"me.thanks_{name}")) for name in THANKS]
    return Page(
        t("me.about"),
        body(t("me.version", version=app_version())),
        Section(t("me.about_title"), *promises),
        Section(t("me.thanks"), *thanks),
        back="me",
    )


def app_version() -> str:
    """The version that runs."""
    try:
        return version("evenkeel")
    except PackageNotFoundError:
        return "0.1.0"
