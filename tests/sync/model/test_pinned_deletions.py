"""Scripts about deletions that once broke the sync, found by the model. Each stays, in words."""

from __future__ import annotations

from datetime import timedelta

from sync.models import MoodEntry
from tests.sync.model.carrier import over
from tests.sync.model.desk import FORGOTTEN
from tests.sync.model.nouns import Draft
from tests.sync.model.pinned import edit, forget_deletions, shown, sync, world
from tests.sync.model.world import World

__all__ = ["world"]


def test_an_old_verdict_brings_nothing_back_that_is_gone_for_good(world: World) -> None:
    """The reply to a write was lost, another device deleted the document, and its tombstone was compacted away."""
    phone, tablet = world.devices[:2]
    phone.create(MoodEntry, "one")
    phone.create(Draft, "two")
    world.exchange(phone, 2, 9999, "reply lost", lambda: None)
    sync(world, tablet)
    two = tablet.pick(0, {Draft.kind})
    assert two
    tablet.delete(two)
    sync(world, tablet)
    forget_deletions(world)
    world.exchange(phone, 1, 9999, "", lambda: None)
    sync(world, phone)
    assert shown(phone) == []


def test_an_edit_of_what_was_deleted_and_forgotten_does_not_bring_it_back(world: World) -> None:
    """Where the tombstone was compacted away, the clinic took the id for one it had never heard of."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "doc")
    sync(world, phone, tablet)
    edit(phone)
    doc = tablet.pick(0, {Draft.kind})
    assert doc
    tablet.delete(doc)
    sync(world, tablet)
    world.ages_pass()
    sync(world, phone, tablet)
    assert [(one.id == "doc", one.text) for one in tablet.view()] == [(False, "psecret2.")]


def test_nor_does_one_that_was_begun_before_the_clinic_was_restored(world: World) -> None:
    """Its revision was of a former life, and so was taken for one that the backup had never known."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "doc")
    sync(world, phone, tablet)
    world.desk.back_up()
    world.desk.restore(0)
    edit(phone)
    edit(tablet)
    doc = tablet.pick(0, {Draft.kind})
    assert doc
    tablet.delete(doc)
    sync(world, tablet)
    world.ages_pass()
    sync(world, phone, tablet)
    assert [(one.id == "doc", one.text) for one in tablet.view()] == [(False, "psecret2.")]


def test_a_deletion_taken_back_after_it_was_forgotten_brings_back_a_copy(world: World) -> None:
    """The change that it followed was forgotten with the deletion, and it was taken for a new document."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "doc")
    sync(world, phone)
    doc = phone.pick(0, {Draft.kind})
    assert doc
    phone.delete(doc)
    flow, asked = phone.begin(9, 9999)
    phone.undo(0)
    reply = world.ask(phone, asked)
    phone.settle(lambda: over(flow, reply))
    world.sync(tablet, 9, 9999)
    world.moment += FORGOTTEN + timedelta(days=1)
    world.desk.compact()
    sync(world, phone, tablet)
    assert [(one.id == "doc", one.text) for one in tablet.view()] == [(False, "psecret1.")]


def test_a_deletion_that_follows_a_copy_takes_nothing_else_away(world: World) -> None:
    """Where the copy was gone already, the device was told that what it had been made from was."""
    first, second = world.devices[:2]
    first.create(Draft, "doc")
    sync(world, first, second)
    edit(first)
    sync(world, first)
    edit(second)
    flow, asked = second.begin(9, 9999)
    copied = world.ask(second, asked)
    sync(world, first)
    copy = next(doc for doc in first.view() if doc.id != "doc")
    first.delete(copy)
    sync(world, first)
    doc = second.pick(0, {Draft.kind})
    assert doc
    second.delete(doc)
    second.settle(lambda: over(flow, copied))
    sync(world, second)
    assert shown(second) == shown(first) == ["psecret2."]
