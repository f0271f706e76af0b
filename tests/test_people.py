"""Who shares a device: names and marks in one file that may be harmed, and records that are found without it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.core.errors import PeopleDamaged, RuleBroken, StoreNewer
from app.people import FILE, FIRST, MARKS, Member, People, place_of, tidy_name


def founded(people: People, id: str) -> None:
    """A record lies in this place."""
    people.home(id).mkdir(parents=True, exist_ok=True)
    (people.home(id) / "vault.json").write_text("{}")


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Rosa, and Marcus beside her."""
    found = People(tmp_path)
    founded(found, FIRST)
    found.rename(FIRST, "Rosa")
    founded(found, found.add("Marcus").id)
    return found


def names(people: People) -> list[str]:
    return [one.name for one in people.members()]


def test_one_person_without_a_name_needs_no_file(tmp_path: Path) -> None:
    people = People(tmp_path)
    assert people.members() == ()
    founded(people, FIRST)
    people.saw(FIRST)
    assert people.members() == (Member(FIRST),)
    assert [file.name for file in tmp_path.iterdir()] == ["vault.json"]


def test_no_path_says_a_name_and_only_the_owner_reads_the_list(people: People) -> None:
    rosa, marcus = people.members()
    place = people.home(marcus.id)
    assert people.home(rosa.id) == people.folder
    assert "marcus" not in str(place).lower() and place.parent.parent == people.folder
    assert (people.folder / FILE).stat().st_mode & 0o777 == 0o600
    assert rosa.mark != marcus.mark


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        (" \t", "people.name_missing"),
        ("x" * 31, "people.name_long"),
        (" rosa", "people.name_taken"),
        ("Ro\u202esa", ""),
    ],
)
def test_a_name_is_there_short_and_nobody_elses(typed: str, wrong: str) -> None:
    if not wrong:
        assert tidy_name(typed, (Member("a", "Rosa"),)) == "Ro sa"
        return
    with pytest.raises(RuleBroken, match=wrong):
        tidy_name(typed, (Member("a", "Rosa"),))


def test_marks_differ_as_long_as_there_are_enough(people: People) -> None:
    for number in range(len(MARKS) - 2):
        founded(people, people.add(f"Guest {number}").id)
    assert {one.mark for one in people.members()} == set(MARKS)
    assert people.add("One more").mark == MARKS[0]


def test_who_leaves_is_off_the_list_and_a_record_never_is(people: People) -> None:
    marcus = people.members()[1].id
    people.remove(marcus)
    assert names(people) == ["Rosa", "Marcus"]
    (people.home(marcus) / "vault.json").unlink()
    people.remove(marcus)
    assert names(people) == ["Rosa"] and not people.home(marcus).exists()


def test_a_folder_with_anything_else_in_it_stays(people: People) -> None:
    marcus = people.members()[1].id
    (people.home(marcus) / "vault.json").rename(people.home(marcus) / "notes.txt")
    people.remove(marcus)
    assert (people.home(marcus) / "notes.txt").exists()


def test_the_last_name_gone_the_file_goes(tmp_path: Path) -> None:
    people = People(tmp_path)
    founded(people, FIRST)
    people.remove(people.add("Marcus").id)
    assert not (tmp_path / FILE).exists() and people.members() == (Member(FIRST),)


@pytest.mark.parametrize(
    "harm",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format":1}',
        '{"format":1,"last":"first","people":[{"id":"../up","name":"","mark":""}]}',
    ],
)
def test_a_damaged_list_costs_names_and_no_record(people: People, harm: str) -> None:
    (people.folder / FILE).write_text(harm)
    assert isinstance(people.fault(), PeopleDamaged)
    first, second = people.members()
    assert first.id == FIRST and people.home(second.id).is_dir() and not first.name + second.name
    people.saw(second.id)
    assert (people.folder / FILE).read_text() == harm
    people.rename(second.id, "Marcus")
    assert names(people) == ["", "Marcus"] and people.fault() is None
    assert (people.folder / f"{FILE}.damaged").read_text() == harm


def test_every_cut_of_the_file_keeps_every_record(people: People) -> None:
    whole = (people.folder / FILE).read_bytes()
    for length in range(len(whole)):
        (people.folder / FILE).write_bytes(whole[:length])
        assert len(people.members()) == 2


def test_a_list_of_a_newer_version_is_left_alone(people: People) -> None:
    newer = json.dumps({"format": 2, "people": "otherwise"})
    (people.folder / FILE).write_text(newer)
    assert len(people.members()) == 2 and isinstance(people.fault(), StoreNewer)
    with pytest.raises(StoreNewer):
        people.add("Ana")
    assert (people.folder / FILE).read_text() == newer
    assert len(list((people.folder / "people").iterdir())) == 1


def test_half_a_new_list_changes_nothing(people: People) -> None:
    (people.folder / f"{FILE}.new").write_text('{"format":1,"peo')
    assert names(people) == ["Rosa", "Marcus"]
    people.rename(FIRST, "Rosa M")
    assert names(people) == ["Rosa M", "Marcus"]


KILLED = """
import sys
from pathlib import Path
from app.people import FIRST, People
people, number = People(Path(sys.argv[1])), 0
print("on", flush=True)
while True:
    number += 1
    people.rename(FIRST, f"Rosa {number}")
"""


def test_killed_while_it_writes_the_list_is_whole(people: People) -> None:
    for pause in (0.01, 0.03):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(people.folder)], stdout=subprocess.PIPE, env={**os.environ}
        )
        assert process.stdout and process.stdout.readline()
        threading.Event().wait(pause)
        process.kill()
        process.communicate()
        first, second = people.members()
        assert first.name.startswith("Rosa") and second.name == "Marcus" and people.fault() is None


def test_two_windows_that_add_at_once_both_keep_their_person(people: People) -> None:
    threads = [threading.Thread(target=people.add, args=(f"Guest {n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names(people))) == 7


def test_a_persons_own_folder_leads_to_the_whole_household(people: People) -> None:
    marcus = people.members()[1].id
    assert place_of(people.home(marcus)) == (people.folder, marcus)
    assert place_of(people.folder) == (people.folder, FIRST)
    assert place_of(people.folder / "people" / "elsewhere") == (people.folder / "people" / "elsewhere", FIRST)


def test_the_command_lists_who_is_here_and_where(people: People) -> None:
    from click.testing import CliRunner

    from app.cli import cli

    marcus = people.home(people.members()[1].id)
    for folder in (people.folder, marcus):
        said = CliRunner().invoke(cli, ["people", "--profile", str(folder), "--json"])
        rows = json.loads(said.output)["people"]
        assert [(one["name"], one["folder"]) for one in rows] == [
            ("Rosa", str(people.folder)),
            ("Marcus", str(marcus)),
        ]
    (people.folder / FILE).write_text("{")
    said = CliRunner().invoke(cli, ["people", "--profile", str(people.folder)])
    assert str(marcus) in said.output and isinstance(said.exception, PeopleDamaged)
