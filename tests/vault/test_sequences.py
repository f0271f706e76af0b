"""Any sequence of changes keeps exactly the right secrets opening; any changed byte of the envelope is named."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import threading
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.core.errors import TooManyTries, VaultDamaged, WrongCode, WrongPasscode
from app.device.keychain import PhoneKeystore
from app.device.keystore import make_storage
from app.vault import Vault, envelope
from app.vault.throttle import remaining
from tests.device.storage import Phone
from tests.vault.drawer import Drawer

WORDS = ("correct horse", "battery staple", "paper lantern")


class Secrets(RuleBasedStateMachine):
    """A vault on a phone, what should open it, and everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder, self.phone, self.up = Path(tempfile.mkdtemp()), Phone(), 1000.0
        self.loop = asyncio.new_event_loop()
        self.window = threading.Thread(target=self.loop.run_forever)
        self.window.start()
        self.passcode, self.codes, self.trusted = WORDS[0], [""], False
        self.key = self.vault.create(self.passcode)

    @property
    def vault(self) -> Vault:
        """A fresh start of the app each time: nothing is remembered but what is on the disk."""
        self.phone.restart()
        keystore = PhoneKeystore(make_storage(self.phone), self.loop)
        return Vault(self.folder, keystore, up=lambda: self.up, fast=True)

    def teardown(self) -> None:
        """The window is gone."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.window.join()
        self.loop.close()
        shutil.rmtree(self.folder)

    def wait(self) -> None:
        self.up += 4000

    @rule(word=st.sampled_from(WORDS))
    def change_passcode(self, word: str) -> None:
        self.vault.change_passcode(self.key, word)
        self.passcode = word

    @rule()
    def make_recovery(self) -> None:
        self.codes.append(self.vault.make_recovery(self.key))

    @rule(trusted=st.booleans())
    def trust(self, trusted: bool) -> None:
        if trusted:
            assert self.vault.trust_device(self.key) == (not self.phone.trouble)
            self.trusted = self.trusted or not self.phone.trouble
        else:
            self.vault.distrust_device()
            self.trusted = False

    @rule(trouble=st.sampled_from(["", "locked", "invalidated"]))
    def the_phone_is(self, trouble: str) -> None:
        self.phone.trouble = trouble

    @rule(word=st.sampled_from(WORDS))
    def recover(self, word: str) -> None:
        if self.codes[-1]:
            assert self.vault.unlock_with_recovery(self.codes[-1]) == (self.key,)
            self.change_passcode(word)

    @rule(renewed=st.booleans())
    def rotate(self, renewed: bool) -> None:
        kept = self.trusted and not self.phone.trouble
        key, code = self.vault.begin_rotation(self.passcode)
        self.wait()
        assert self.vault.unlock(self.passcode) == (self.key, key), "cut short, both keys are there"
        self.vault.end_rotation(renewed)
        if renewed:
            self.key = key
            self.codes.append(code)
            self.trusted = kept

    @rule(tries=st.integers(1, 5), restart=st.booleans(), jump=st.floats(0, 100))
    def wrong_tries(self, tries: int, restart: bool, jump: float) -> None:
        for _ in range(tries):
            try:
                self.vault.unlock("never the right one")
                raise AssertionError("a wrong passcode opened it")
            except (WrongPasscode, TooManyTries):
                before = self.left()
                self.up = jump if restart else self.up + jump
                assert self.left() >= before - jump - 1e-6, "only time that passed makes a wait shorter"

    def left(self) -> float:
        """How long is still to wait."""
        return remaining(envelope.load(self.folder)["tries"], self.up)

    @invariant()
    def the_right_secrets_open_and_no_others(self) -> None:
        self.wait()
        for word in WORDS:
            self.wait()
            try:
                assert self.vault.unlock(word) == (self.key,) and word == self.passcode
            except WrongPasscode:
                assert word != self.passcode
        opened = self.vault.unlock_with_keystore()
        assert opened == ((self.key,) if self.trusted and not self.phone.trouble else ())
        assert "another app's" in self.phone.held, "the phone's keystore was never emptied"
        for code in self.codes[-2:]:
            self.wait()
            try:
                assert self.vault.unlock_with_recovery(code) == (self.key,) and code == self.codes[-1]
            except WrongCode:
                assert code != self.codes[-1] or not code


TestSecrets = Secrets.TestCase
TestSecrets.settings = settings(max_examples=25, stateful_step_count=10, deadline=None)


def test_a_thousand_changed_bytes_of_the_envelope_are_named_or_do_not_matter(tmp_path: Path) -> None:
    vault = Vault(tmp_path, Drawer(), fast=True)
    key = vault.create(WORDS[0])
    vault.trust_device(key)
    code = vault.make_recovery(key)
    file = tmp_path / "vault.json"
    whole, chance = file.read_bytes(), random.Random(7)
    for _ in range(1000):
        place = chance.randrange(len(whole))
        harmed = whole[:place] + bytes([whole[place] ^ (1 << chance.randrange(8))]) + whole[place + 1 :]
        file.write_bytes(harmed if chance.random() < 0.8 else whole[:place])
        try:
            assert Vault(tmp_path, Drawer(), up=lambda: 1e9, fast=True).unlock(WORDS[0]) == (key,)
        except (VaultDamaged, TooManyTries):
            continue
    file.write_bytes(whole)
    assert vault.unlock_with_recovery(code) == (key,)
