"""Old deletions and verdicts go, the floor rises with them, and who was away for longer begins anew."""

from __future__ import annotations

import json

import sqlalchemy as sa
from click.testing import CliRunner
from house import mood, rows

from sync.server.cli import main
from sync.server.tables import applied, history, row, scope

SCOPE = "patient:pa"


def held(house, what):
    with house.clinic.database.unit(SCOPE) as unit:
        return unit.connection.execute(sa.select(what).where(what.c.scope == SCOPE)).all()


def floor(house):
    with house.clinic.database.directory() as connection:
        return connection.scalar(sa.select(scope.c.floor).where(scope.c.id == SCOPE))


def pass_(house, days, *phones):
    """So many days go by; the phones sign in again."""
    house.clock.pass_(days=days)
    for phone in phones:
        phone.bearer = phone.call("/v1/token").json()["token"]


def gone(phone, *ids):
    """Moods that were written and deleted; the number of the last deletion."""
    for id in ids:
        rev = phone.sync(mood(id)).verdicts[0].rev
        said = mood(id, mid=f"del-{id}", op="delete", base={"rev": rev}, body="{}")
        seq = phone.sync(said).verdicts[0].seq
    return seq


def test_old_deletions_go_with_the_floor_above_them_and_young_ones_stay(house):
    phone = house.phone()
    last = gone(phone, "m1", "m2")
    pass_(house, 300, phone)
    gone(phone, "m3")
    assert house.clinic.compact().deletions == 0 and floor(house) == 0
    pass_(house, 101)
    done = house.clinic.compact()
    assert (done.scopes, done.deletions, floor(house)) == (1, 2, last)
    assert {one.id for one in held(house, row) if one.deleted} == {"m3"}
    assert {one.mid for one in held(house, applied)} == {"mid-m3", "del-m3"}
    assert {"del-m1", "del-m2"} <= {one.mid for one in held(house, history)}
    assert house.clinic.compact().scopes == 0 and floor(house) == last


def test_who_was_away_for_longer_begins_anew_and_who_was_not_goes_on(house):
    away, here = house.phone(), house.phone()
    kept = mood("kept")
    away.sync(kept, mood("m1"))
    there = dict(away.cursors)
    gone(here, "m2")
    here.sync(
        mood("m1", mid="del-m1", op="delete", base={"rev": rows(here.sync(cursors={}))["m1"].rev}, body="{}")
    )
    pass_(house, 401, here, away)
    house.clinic.compact()
    assert here.sync().pages[0].reset is None
    page = away.sync(cursors=there).pages[0]
    assert page.reset == "floor"
    assert "kept" in {one.id for one in page.rows} and not {"m1", "m2"} & {one.id for one in page.rows}


def test_the_command_says_what_went(small_house):
    pass_(small_house, -4000)
    gone(small_house.phone(), "m1")
    ran = CliRunner().invoke(main, ["compact", "--db", small_house.url, "--json"])
    assert json.loads(ran.output) == {"scopes": 1, "deletions": 1, "verdicts": 2}
    assert "0 deletions" in CliRunner().invoke(main, ["compact", "--db", small_house.url]).output
