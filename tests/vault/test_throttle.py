"""Waiting between wrong passcodes: it grows, and nothing makes it shorter than it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.errors import TooManyTries, WrongPasscode
from app.vault import Vault
from app.vault.throttle import DELAYS, NONE, Tries, counted, remaining

PASSCODE = "correct horse"


class Uptime:
    """A machine's uptime that a test moves; `restart` begins it anew."""

    def __init__(self, up: float = 1000.0) -> None:
        self.up = up

    def __call__(self) -> float:
        return self.up

    def restart(self) -> None:
        self.up = 3.0


def wrong(folder: Path, up: Uptime, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongPasscode):
            Vault(folder, up=up, fast=True).unlock("wrong one")


def test_delays_grow_and_a_restart_of_the_app_does_not_end_them(tmp_path: Path) -> None:
    up = Uptime()
    Vault(tmp_path, up=up, fast=True).create(PASSCODE)
    wrong(tmp_path, up, 3)
    with pytest.raises(TooManyTries, match="5 seconds"):
        Vault(tmp_path, up=up, fast=True).unlock(PASSCODE)
    up.up += 5.1
    assert Vault(tmp_path, up=up, fast=True).unlock(PASSCODE)


def test_a_restart_of_the_machine_makes_no_wait_shorter(tmp_path: Path) -> None:
    up = Uptime()
    Vault(tmp_path, up=up, fast=True).create(PASSCODE)
    wrong(tmp_path, up, 3)
    up.restart()
    with pytest.raises(TooManyTries):
        Vault(tmp_path, up=up, fast=True).unlock(PASSCODE)
    up.up = 5.5
    assert Vault(tmp_path, up=up, fast=True).unlock(PASSCODE)


def test_a_try_is_counted_before_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Vault(tmp_path, fast=True)
    made.create(PASSCODE)
    monkeypatch.setattr("app.vault.keys.derive_passcode_key", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        made.unlock("killed while it thinks")
    assert json.loads((tmp_path / "vault.json").read_text())["tries"]["count"] == 1


moves = st.lists(st.tuples(st.sampled_from(["wait", "restart"]), st.floats(0, 5000)), max_size=12)


@given(tries=st.integers(1, 12), moves=moves)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_restarted_the_real_wait_is_never_shorter(
    tries: int, moves: list[tuple[str, float]]
) -> None:
    up, real = 100.0, 0.0
    state: Tries = dict(NONE)
    for _ in range(tries):
        state = counted(state, up)
    wait = DELAYS[min(tries, len(DELAYS) - 1)]
    for verb, seconds in moves:
        real += seconds
        up = seconds if verb == "restart" else up + seconds
        if remaining(state, up) == 0:
            assert real >= wait - 1e-6
            return
        assert remaining(state, up) <= wait
