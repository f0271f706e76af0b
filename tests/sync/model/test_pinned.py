"""Scripts that once broke the sync, found by the model. Each stays, in words."""

from __future__ import annotations

import json

from sync.models import MoodEntry
from tests.sync.model.carrier import Trouble
from tests.sync.model.device import jumping
from tests.sync.model.invariants.i12_revocation import VOCABULARY, WORDS
from tests.sync.model.nouns import Draft, Intruder
from tests.sync.model.pinned import check, edit, shown, sync, world
from tests.sync.model.world import World

__all__ = ["world"]


def test_what_was_edited_before_the_restore_was_noticed_stays_the_newest(world: World) -> None:
    """The older text was offered again after the newer one had gone up, and took its place."""
    phone = world.devices[0]
    world.desk.back_up()
    phone.create(Draft, "doc")
    sync(world, phone)
    world.desk.restore(0)
    edit(phone)
    sync(world, phone)
    assert shown(phone) == ["psecret2."]


def test_changes_that_are_offered_again_stand_upon_each_other(world: World) -> None:
    """The second of two became a copy, because it no longer said that it was made upon the first."""
    phone = world.devices[0]
    world.desk.back_up()
    phone.create(Draft, "doc")
    sync(world, phone)
    edit(phone)
    sync(world, phone)
    edit(phone)
    world.desk.restore(0)
    sync(world, phone, world.devices[1])
    assert shown(phone) == shown(world.devices[1]) == ["psecret3."]


def test_an_older_text_offered_again_replaces_no_newer_one(world: World) -> None:
    """It came with the revision that the other device's newer text had got, as if it had been made upon that."""
    phone, tablet = world.devices[:2]
    world.desk.back_up()
    phone.create(Draft, "doc")
    sync(world, phone, tablet)
    edit(tablet)
    sync(world, tablet, phone)
    world.desk.restore(0)
    sync(world, tablet, phone, tablet, phone)
    assert "psecret2." in shown(phone)


def test_a_copy_that_the_clinic_forgot_comes_back(world: World) -> None:
    """Only what was taken as it was meant was kept for offering again, not what had become a copy."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "doc")
    sync(world, phone, tablet)
    world.desk.back_up()
    edit(phone)
    edit(tablet)
    sync(world, phone, tablet)
    world.desk.restore(0)
    sync(world, phone, tablet, phone)
    assert shown(phone) == ["psecret2.", "psecret3."]


def test_a_copy_offered_again_replaces_nothing_that_was_made_of_it(world: World) -> None:
    """Its text took the place of a newer one, which the other device had given back to the restored clinic before."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "doc")
    sync(world, phone, tablet)
    world.desk.back_up()
    doc = phone.pick(0, {Draft.kind})
    assert doc
    phone.delete(doc)
    edit(tablet)
    sync(world, phone, tablet, phone)
    world.desk.restore(0)
    edit(phone)
    sync(world, phone, tablet)
    assert shown(tablet) == ["psecret3."]


def test_a_form_left_open_overwrites_nothing_that_came_meanwhile(world: World) -> None:
    """It was sent as made upon the revision in the store, which its author had never read."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "doc")
    sync(world, phone, tablet)
    form = phone.pick(0, {Draft.kind})
    assert form
    phone.open_form(form)
    edit(tablet)
    sync(world, tablet, phone)
    phone.save_form()
    sync(world, phone)
    assert shown(phone) == ["psecret2.", "psecret3."]


def test_a_form_saved_upon_ones_own_change_is_no_conflict(world: World) -> None:
    phone = world.devices[0]
    phone.create(Draft, "doc")
    form = phone.pick(0, {Draft.kind})
    assert form
    phone.open_form(form)
    sync(world, phone)
    edit(phone)
    sync(world, phone)
    phone.save_form()
    sync(world, phone)
    assert shown(phone) == ["psecret3."]


def test_ended_access_takes_what_was_sent_and_what_could_be_searched(world: World) -> None:
    """Thirty days of sent words stayed in the store of a device that may no longer read any."""
    phone = world.devices[0]
    world.desk.write("content", "csecret.", "lesson")
    phone.create(MoodEntry, "mood")
    sync(world, phone)
    world.look_for(phone)
    world.revoke(phone)
    world.wire.clear()
    sync(world, phone)
    assert not phone.sent
    phone.store.db.execute(VOCABULARY)
    assert phone.ask(WORDS, "psecret*") == [(0,)] and phone.ask(WORDS, "csecret*") == [(1,)]
    world.grant(phone)


def test_what_lies_beneath_an_edit_made_during_a_reset_is_not_from_before_it(world: World) -> None:
    """The clinic's former row kept its number, so the new life's lower numbers never took its place."""
    phone, tablet = world.devices[:2]
    phone.create(Draft, "one")
    sync(world, phone, tablet)
    world.desk.back_up()
    for _ in range(4):
        edit(tablet)
        sync(world, tablet)
    tablet.create(Draft, "two")
    sync(world, tablet, phone)
    world.desk.restore(0)
    world.exchange(phone, 9, 1, "", lambda: edit(phone, 1))
    edit(phone, 1)
    phone.undo(0)
    sync(world, phone)


def test_a_change_upon_a_refused_one_stands_where_that_stood(world: World) -> None:
    """The correction of an entry is refused; deleting the entry after that did nothing."""
    phone = world.devices[0]
    phone.create(MoodEntry, "mood")
    sync(world, phone)
    edit(phone)
    mood = phone.pick(0, {"mood"})
    assert mood
    phone.delete(mood)
    sync(world, phone)
    assert not phone.view()
    phone.drop(0)


def test_what_only_the_clinic_writes_is_set_aside_until_it_is_let_go_of(world: World) -> None:
    phone = world.devices[0]
    phone.create(Intruder, "mine")
    phone.create(Draft, "doc")
    sync(world, phone)
    assert [one[7] for one in phone.queue] == ["server_owned"] and shown(phone) == ["psecret2."]
    phone.drop(0)
    assert not phone.queue


def test_a_field_that_says_nothing_is_not_left_out_by_an_edit(world: World) -> None:
    """Unknown fields were kept, but not those whose value is null."""
    phone = world.devices[0]
    phone.create(Draft, "doc")
    edit(phone)
    assert json.loads(phone.queue[-1][5])["nothing"] is None


def test_a_clock_that_once_said_2099_forgets_nothing_that_was_sent(world: World) -> None:
    """Thirty days were counted by the device's clock, and a clinic restored after that was offered nothing."""
    phone = world.devices[0]
    world.desk.back_up()
    phone.create(Draft, "doc")
    sync(world, phone)
    phone.clock = jumping(world.now, 2)
    sync(world, phone)
    world.desk.restore(0)
    sync(world, phone, world.devices[1])
    assert shown(world.devices[1]) == ["psecret1."]


def test_what_is_sent_again_is_never_taken_for_the_clinics(world: World) -> None:
    """Of two changes that were set aside, the first one sent again was kept as what the clinic had said."""
    phone = world.devices[0]
    phone.create(Draft, "doc")
    edit(phone)
    world.revoke(phone)
    sync(world, phone)
    for _ in range(2):
        phone.send_again(0)
        check(world)
    assert not phone.beneath
    world.grant(phone)


def test_what_was_sent_while_a_first_download_was_planned_is_told_again(world: World) -> None:
    """The page that took the plan's place left it out, and the device had begun anew: its row was not there."""
    phone, tablet = world.devices[:2]
    world.exchange(tablet, 1, 1, "", lambda: tablet.create(MoodEntry, "doc-0"))
    world.exchange(tablet, 1, 1, "", lambda: None)
    later = Trouble("write", 0, lambda: phone.create(MoodEntry, "doc-2"))
    world.exchange(phone, 1, 1, "", lambda: phone.create(MoodEntry, "doc-1"), later)
    world.exchange(phone, 1, 1, "", lambda: None, Trouble("cut"))
    world.exchange(phone, 1, 9999, "", lambda: None)
    check(world)
