"""A clinic's own library: what goes in, what is unchanged, what is wrong and why, and what is taken out again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sync.models import Lesson, derive_id
from sync.server.cli import main
from sync.server.errors import UnknownArticle
from sync.server.foreign_lessons import language_of, to_markdown
from sync.server.importing import CONTENT
from sync.server.lesson_files import read_lessons
from sync.server.library import shelf, shelve, take_out

EDUCATION = Path(__file__).parents[4] / "shared" / "data" / "education"
BOTH = """+++
topics = ["http://snomed.info/sct|1"]  # one
reviewed_on = 2026-11-01
[en]
title = "Feet"
source = "Our clinic"
[es]
title = "Los pies"
+++ en

Wash them. ![](https://tracker.example/x.png)

+++ es

Lávelos.
"""
DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<Document id="7" source="Us" url="https://clinic.example/feet">
<Focus>Feet</Focus><FocusAnnotations><UMLS><CUIs><CUI>C0016504</CUI></CUIs></UMLS></FocusAnnotations>
<QAPairs><QAPair pid="1"><Question qid="7-1">What are feet ?</Question>
<Answer>They carry you.    They have:       - Toes    - Heels and 2 * 5 nails</Answer></QAPair>
<QAPair pid="2"><Question qid="7-2">Empty ?</Question><Answer></Answer></QAPair></QAPairs></Document>"""
BOMB = """<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>
<Document id="1"><Focus>&b;</Focus></Document>"""
TOPIC = """<h3>Care</h3><p>Wash the <a href='https://x.example/feet'>feet</a> and you are well.
<script>steal()</script><img src="https://tracker.example/x.png"></p><ul><li>Toes</li></ul>"""


def save(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def only(path: Path, language: str = "") -> Lesson:
    (found,) = read_lessons(path, language)
    assert isinstance(found, Lesson), found
    return found


def held(clinic, article: str, language: str = "en"):
    return clinic.get(CONTENT, derive_id("lesson", language, article))


def counts(report) -> list[int]:
    return [report.total(name) for name in ("added", "changed", "unchanged", "errors")]


def test_one_file_holds_an_article_in_two_languages(tmp_path):
    english, spanish = read_lessons(save(tmp_path, "feet.md", BOTH))
    assert (english.title, english.text, english.source) == ("Feet", "Wash them.", "Our clinic")
    assert (spanish.title, spanish.text, spanish.source) == ("Los pies", "Lávelos.", "")
    assert english.article == spanish.article == "feet" and english.id != spanish.id
    assert english.topics == spanish.topics == ["http://snomed.info/sct|1"]
    assert str(spanish.reviewed_on) == "2026-11-01"


def test_a_plain_markdown_file_says_its_language_or_is_told(tmp_path):
    named = '+++\ntitle = "Feet"\narticle = "our-feet"\nlanguage = "es"\n+++\n# Los pies'
    assert (only(save(tmp_path, "a.md", named)).language, only(tmp_path / "a.md").article) == (
        "es",
        "our-feet",
    )
    silent = save(tmp_path, "b.md", '+++\ntitle = "Feet"\n+++\nText')
    assert only(silent, "en").language == "en"
    assert [fault.reason for fault in read_lessons(silent)] == ["has no language"]


def test_our_json_is_read_as_it_was_written(tmp_path):
    one = {
        "slug": "feet",
        "title": "Feet",
        "summary": "s",
        "minutes": 3,
        "topics": [],
        "source": "",
        "text": "t",
    }
    path = save(tmp_path, "en.json", json.dumps({"language": "en", "lessons": [one]}))
    found = only(path)
    assert (found.id, found.article, found.minutes) == (derive_id("lesson", "en", "feet"), "feet", 3)


def test_html_becomes_markdown_without_scripts_and_pictures_and_says_where_a_link_leads(tmp_path):
    text = only(save(tmp_path, "t.json", json.dumps({"Feet": TOPIC}))).text
    assert text == "### Care\n\nWash the feet (https://x.example/feet) and you are well.\n\n- Toes"
    assert to_markdown("<a href='javascript:x'>a</a> <a href='https://x.example'>https://x.example</a>") == (
        "a https://x.example"
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [("Wash the feet and it is well.", "en"), ("Lave los pies y la piel.", "es"), ("Oxygen", "")],
)
def test_the_small_words_tell_the_language(text, language):
    assert language_of(text) == language


def test_a_medquad_document_becomes_questions_and_points(tmp_path):
    found = only(save(tmp_path, "7.xml", DOCUMENT))
    points = "- Toes\n- Heels and 2 \\* 5 nails"
    assert found.text == f"## What are feet?\n\nThey carry you.\n\nThey have:\n\n{points}"
    assert (found.title, found.article) == ("Feet", "medquad:Us:7")
    assert found.topics == ["http://www.nlm.nih.gov/research/umls|C0016504"]
    assert found.source == "Us: Feet, https://clinic.example/feet"


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.txt", "x", "is none of .md, .json and .xml"),
        ("a.md", "no front matter", "has nothing between two lines +++ at its beginning"),
        ("a.md", "---\ntitle: x\n---\ntext", "has nothing between two lines +++ at its beginning"),
        ("a.md", "+++\ntitle = \n+++\ntext", "does not read"),
        ("a.md", '+++\ntitle="t"\nlanguage="en"\n+++\n ', "has no text"),
        ("a.md", '+++\nlanguage="en"\n+++\ntext', "has no title"),
        ("a.md", '+++\ntitle="t"\nlanguage="en"\ndose="x"\n+++\ntext', "has fields that no lesson has: dose"),
        ("a.md", '+++\ntitle="t"\nlanguage="en"\nreviewed_on="soon"\n+++\ntext', "reviewed_on"),
        ("a.md", BOTH.replace("+++ es", "es"), "has no text after a line +++ es"),
        ("a.md", b"\xff\xfe\x00", "is not UTF-8 text"),
        ("a.json", "{", "does not read"),
        ("a.json", "[1]", "is no list of lessons that we know"),
        ("a.json", "[" * 100_000, "goes too deep"),
        ("a.json", '{"lessons": [5]}', "is no object"),
        ("a.json", '{"lessons": [{"title": "t"}]}', "has no slug"),
        ("a.json", '{"Feet": 5}', "is no text"),
        ("a.json", '{"lessons": [{"slug": "s", "title": "t", "language": "en", "text": "%s"}]}' % ("x" * 200_001),
         "is too long for one lesson"),
        ("a.xml", "<Document", "does not read"),
        ("a.xml", BOMB, "defines entities or a document type, which is not allowed"),
        ("a.xml", "<html/>", "is no document of MedQuAD"),
        ("a.json", b" " * (9 << 20), "is larger than 8 MB"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_file_and_reason_and_stops_nothing(clinic, tmp_path, name, text, reason):
    save(tmp_path, name, text)
    save(tmp_path, "good.md", BOTH)
    report = shelve(clinic, [tmp_path])
    bad, good = report.files
    assert Path(bad.file).name == name and any(reason in one["reason"] for one in bad.errors), bad.errors
    assert (good.added, good.errors) == (2, [])


def test_doing_it_again_changes_nothing_and_a_new_text_takes_the_old_one_s_place(clinic, tmp_path):
    path = save(tmp_path, "feet.md", BOTH)
    assert counts(shelve(clinic, [path])) == [2, 0, 0, 0]
    before = held(clinic, "feet")
    assert counts(shelve(clinic, [path])) == [0, 0, 2, 0]
    assert held(clinic, "feet") == before
    save(tmp_path, "feet.md", BOTH.replace("Wash them", "Dry them"))
    assert counts(shelve(clinic, [path])) == [0, 1, 1, 0]
    assert "Dry them" in held(clinic, "feet").body and held(clinic, "feet").seq > before.seq


def test_the_same_article_in_two_files_is_told_and_the_first_one_stays(clinic, tmp_path):
    first = save(tmp_path, "a.md", '+++\narticle="feet"\ntitle="A"\nlanguage="en"\n+++\nFirst')
    second = save(tmp_path, "b.md", '+++\narticle="feet"\ntitle="B"\nlanguage="en"\n+++\nSecond')
    report = shelve(clinic, [first, second])
    assert report.files[1].errors == [{"where": "feet (en)", "reason": "is in a.md already"}]
    assert "First" in held(clinic, "feet").body


def test_an_article_is_taken_out_in_one_language_or_in_all_and_may_come_back(clinic, tmp_path):
    path = save(tmp_path, "feet.md", BOTH)
    shelve(clinic, [path])
    assert take_out(clinic, "feet", "es") == 1
    assert [(one["article"], one["language"]) for one in shelf(clinic)] == [("feet", "en")]
    assert held(clinic, "feet", "es").deleted
    assert take_out(clinic, derive_id("lesson", "en", "feet")) == 1
    with pytest.raises(UnknownArticle):
        take_out(clinic, "feet")
    assert counts(shelve(clinic, [path])) == [2, 0, 0, 0]


def test_the_command_reports_file_by_file_lists_and_takes_out(tmp_path):
    url = f"sqlite:///{tmp_path / 'c.db'}"
    good, bad = save(tmp_path, "feet.md", BOTH), save(tmp_path, "bad.md", "x")

    def run(*arguments):
        return CliRunner().invoke(main, ["lessons", *map(str, arguments), "--db", url])

    done = run(good, bad)
    assert done.exit_code == 0 and f"{good}: 2 added" in done.stdout
    assert f"{bad}: has nothing between two lines +++" in done.stderr
    assert "2 files: 2 added, 0 changed, 0 unchanged, 1 errors" in done.stdout
    assert json.loads(run(good, "--json").stdout)["unchanged"] == 2
    assert run(bad).exit_code == 1
    assert [line.split()[:3] for line in run().stdout.splitlines()] == [
        ["feet", "en", "2026-11-01"],
        ["feet", "es", "2026-11-01"],
    ]
    assert run("--remove", "feet").stdout == "2 taken out.\n"
    assert run().stdout == "" and run("--remove", "feet").exit_code == 1
    assert json.loads(run("--bundled", "--json").stdout)["errors"] == 0


@pytest.mark.shared
def test_real_collections_go_in_and_again_without_a_change(clinic):
    first, again = (shelve(clinic, [EDUCATION]) for _ in range(2))
    assert counts(first) == [403, 0, 0, 3]
    assert counts(again) == [0, 0, 403, 3]
    wrong = {Path(one.file).name: one.errors[0]["reason"] for one in first.files if one.errors}
    assert wrong == {
        "0000056.xml": "has no text",
        "0000064.xml": "has no text",
        "0000199.xml": "is no document of MedQuAD",
    }
