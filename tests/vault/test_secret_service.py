"""The vault with a real Secret Service: gnome-keyring on a D-Bus session of its own, as on a Linux desktop."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from app.clinic_process import with_root

NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
HERE = all(shutil.which(program) for program in NEEDED)
pytestmark = pytest.mark.skipif(
    not HERE and not os.environ.get("CI"), reason="no Secret Service on this machine"
)
START = """
printf "only for tests" | gnome-keyring-daemon --unlock --components=secrets >/dev/null
exec "$@"
"""
KEEPS = """
    import sys
    from pathlib import Path
    from app.vault import Vault
    from app.vault.keyring import SERVICE, open_keystore
    folder = Path(sys.argv[1])
    store = open_keystore()
    vault = Vault(folder, store, fast=True)
    key = vault.create("correct horse")
    assert vault.trust_device(key)
    assert Vault(folder, open_keystore(), fast=True).unlock_with_keystore() == (key,)
"""
DELETED = """
    import json
    store.delete_password(SERVICE, json.loads((folder / "vault.json").read_text())["id"])
    assert vault.unlock_with_keystore() == () and vault.unlock("correct horse") == (key,)
    vault.trust_device(key)
    vault.erase()
    assert not vault.exists
"""
GONE = """
    import subprocess
    subprocess.run(["pkill", "-9", "-x", "gnome-keyring-d"], check=True)
    assert vault.unlock("correct horse") == (key,)
    vault.unlock_with_keystore()
"""
NONE = """
    from app.core.errors import KeyringMissing
    from app.vault.keyring import open_keystore
    try:
        open_keystore()
    except KeyringMissing:
        print("missing")
"""


def run(tmp_path: Path, script: str, *before: str) -> str:
    """Run a script in a session with nothing of this user's."""
    (tmp_path / "run").mkdir(mode=0o700)
    keep = {name: value for name, value in with_root().items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment = {**keep, "HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = [*before, sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "profile")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("then", [DELETED, GONE], ids=["entry deleted", "daemon gone"])
def test_a_real_keyring_keeps_the_key_and_may_fail(tmp_path: Path, then: str) -> None:
    run(tmp_path, KEEPS + then, "dbus-run-session", "--", "sh", "-c", START, "sh")


def test_a_locked_keyring_is_not_relied_on(tmp_path: Path) -> None:
    assert "missing" in run(tmp_path, NONE, "dbus-run-session", "--")


def test_without_a_bus_there_is_no_keyring(tmp_path: Path) -> None:
    assert "missing" in run(tmp_path, NONE)
