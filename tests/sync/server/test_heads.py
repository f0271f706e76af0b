"""The signed head: given where somebody vouches for the scope, and not after a backup was put back."""

from __future__ import annotations

import sqlalchemy as sa
from click.testing import CliRunner
from house import mood

from sync.protocol.head import read_head
from sync.protocol.signing import public_half
from sync.protocol.wire import Reply
from sync.server.cli import main
from sync.server.tables import row, scope

SCOPE = "patient:pa"


def ask(phone, v=2, confirm=(SCOPE,), **more):
    answer = phone.post({"v": v, "cursors": phone.cursors, "confirm": list(confirm), **more})
    assert answer.status_code == 200, answer.text
    reply = Reply.model_validate_json(answer.content)
    phone.cursors.update({page.scope: page.cursor for page in reply.pages})
    return reply


def heads(house, reply):
    return [read_head(one, public_half(house.clinic.keys().orders)) for one in reply.heads]


def test_a_head_says_how_much_there_is_at_this_very_cursor(house):
    phone = house.phone()
    first = phone.sync(mood("m1"), mood("m2"))
    phone.sync(mood("m2", mid="gone", op="delete", base={"rev": first.verdicts[1].rev}, body="{}"))
    (said,) = heads(house, ask(phone))
    with house.clinic.database.unit(SCOPE) as unit:
        live = sa.select(sa.func.count()).where(row.c.scope == SCOPE, row.c.deleted.is_(False))
        assert said.rows == unit.connection.scalar(live) > 2
    assert (said.scope, said.cursor) == (SCOPE, phone.cursors[SCOPE])


def test_only_who_asks_in_version_two_and_stands_at_the_end_hears_it(house):
    phone = house.phone()
    phone.sync(mood("m1"))
    assert not ask(phone, confirm=()).heads
    assert not ask(phone, confirm=("patient:pb", "content", "clinic")).heads[1:]
    assert not ask(phone, v=1).heads
    phone.cursors[SCOPE] = "nonsense"
    assert not ask(phone).heads
    phone.cursors.clear()
    assert not ask(phone, limit=1).heads


def test_after_a_backup_was_put_back_a_person_must_vouch_for_it(house):
    phone = house.phone()
    phone.sync(mood("m1"))
    house.clinic.restored()
    ask(phone)
    assert not ask(phone).heads
    assert house.clinic.confirm() == ["content", SCOPE]
    assert house.clinic.confirm() == []
    assert heads(house, ask(phone))


def test_a_clinic_that_forgot_to_say_so_notices_by_a_cursor_ahead_of_it(house):
    phone = house.phone()
    phone.sync(mood("m1"))
    phone.sync()
    with house.clinic.database.unit(SCOPE, write=True) as unit:
        before = unit.connection.scalar(sa.select(scope.c.epoch).where(scope.c.id == SCOPE))
        unit.connection.execute(sa.delete(row).where(row.c.scope == SCOPE, row.c.seq > 1))
        unit.connection.execute(sa.update(scope).where(scope.c.id == SCOPE).values(head=1))
    assert ask(phone).pages[0].reset == "epoch"
    assert not ask(phone).heads
    with house.clinic.database.directory() as connection:
        epoch = connection.scalar(sa.select(scope.c.epoch).where(scope.c.id == SCOPE))
    assert epoch != before, "revisions given out before are not given out again"


def test_the_command_vouches_for_one_patient_or_all(small_house):
    small_house.clinic.restored()
    run = CliRunner().invoke
    assert "1 scopes" in run(main, ["confirm", "--db", small_house.url, "--patient", "pa"]).output
    assert "0 scopes" in run(main, ["confirm", "--db", small_house.url, "--patient", "pa"]).output
    assert run(main, ["confirm", "--db", small_house.url, "--patient", "nobody"]).exit_code == 1
