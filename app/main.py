"""Opens the app on a profile: vault, store with the features' views, connection, and the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from app.context import App, MakeTransport, over_http
from app.core.errors import KeyringMissing
from app.household import Household, open_household
from app.specialty import load_specialty
from app.vault import Vault
from app.vault.keyring import Keystore, open_keystore


def clock() -> datetime:
    """The real time, aware."""
    return datetime.now(UTC)


def local_zone() -> tzinfo:
    """The zone this device is in, by name where the system knows it, so that clock changes are right."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = os.environ.get("TZ", "")
    try:
        linked = Path("/etc/localtime").resolve().as_posix().partition("zoneinfo/")[2]
        return ZoneInfo(name.lstrip(":") or linked)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return datetime.now().astimezone().tzinfo or UTC


def keystore() -> Keystore | None:
    """The system's keystore, or None where there is none to rely on."""
    try:
        return open_keystore()
    except KeyringMissing:
        return None


def make_app(
    folder: Path,
    *,
    now: Callable[[], datetime] = clock,
    transport: MakeTransport = over_http,
    vault: Vault | None = None,
    zone: tzinfo | None = None,
    specialty: str = "primary-care",
    drawn: bool = True,
) -> App:
    """The app on this profile folder, still closed. One that draws nothing leaves the features' views as they are."""
    views, indices = views_and_indices() if drawn else (None, None)
    return App(
        folder,
        vault or Vault(folder, keystore()),
        now,
        zone or local_zone(),
        load_specialty(specialty),
        views=views,
        indices=indices,
        transport=transport,
    )


def views_and_indices() -> tuple[dict[str, str], dict[str, str]]:
    """What the features want to have in the database."""
    from app.features import FEATURES

    views = {name: text for feature in FEATURES for name, text in feature.views.items()}
    return views, {name: text for feature in FEATURES for name, text in feature.indices.items()}


def profile_folder() -> Path:
    """Where this user's profile lies unless another is named."""
    if found := os.environ.get("FLET_APP_STORAGE_DATA") or os.environ.get("EVENKEEL_PROFILE"):
        return Path(found)
    from platformdirs import user_data_path

    return Path(user_data_path("evenkeel", appauthor=False)) / "profile"


def make_household(folder: Path, *, exactly: bool = False) -> Household:
    """Everybody on this device, each app in touch with its clinic while it is open. Raises StoreBusy.

    It begins with the record opened last; `exactly` with the one in `folder`.
    """
    keys = keystore()

    def make(place: Path) -> App:
        app = make_app(place, vault=Vault(place, keys))
        app.listen(app.start)
        return app

    return open_household(folder, make, exactly=exactly)


def window(shown: App | Household) -> Callable[..., None]:
    """What Flet calls for each window or browser tab on this household, or on one app alone."""
    from app.features import FEATURES, WELCOME
    from app.ui.shell import open_window

    return open_window(shown, FEATURES, WELCOME)


if __name__ == "__main__":
    sys.exit("Start it with `evenkeel app`, or python3 boot.py demo.")
