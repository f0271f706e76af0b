"""The articles that come with Evenkeel: whole in both languages, easy to read, with codes, source and date.

`lesson_words.json` lists the long words that articles may use. A new one is a decision: is there no shorter word?
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pyphen
import pytest

from sync.fhir.reading import Found, resources
from sync.fhir.record import record
from sync.fhir.shape import dicts, full_codes
from sync.models import Lesson
from sync.server.lesson_files import read_lessons
from sync.server.library import BUNDLED

FILES = sorted(BUNDLED.glob("*.md"))
PATIENTS = Path(__file__).parents[4] / "shared" / "data" / "patients"
CODES = json.loads((Path(__file__).parent / "lesson_codes.json").read_text())
WORDS = json.loads((Path(__file__).parent / "lesson_words.json").read_text())
HEADINGS = {
    "en": ["What it is", "What it means for you", "What you can do", "When to get help"],
    "es": ["Qué es", "Qué significa para usted", "Qué puede hacer", "Cuándo pedir ayuda"],
}
PARTS = {
    language: pyphen.Pyphen(lang=name, left=1, right=1) for language, name in (("en", "en_US"), ("es", "es"))
}
LONG = {"en": 4, "es": 5}
HARDEST_GRADE, LEAST_EASE = 6.4, 80.0
DOSE = re.compile(
    r"\d ?(?:mg|mcg|ml|tablets?|pills?|tabletas?|pastillas?|times a day|veces al día)\b(?!/)", re.I
)
AGED = "2026-11-23"  # the first dozen came before articles had four parts
SYSTEMS = ("http://snomed.info/sct", "http://loinc.org", "http://www.nlm.nih.gov/research/umls/rxnorm",
           "http://hl7.org/fhir/sid/cvx", "http://hl7.org/fhir/sid/icd-10-cm")  # fmt: skip


def lessons(file: Path) -> list[Lesson]:
    found = list(read_lessons(file))
    assert all(isinstance(one, Lesson) for one in found), found
    return [one for one in found if isinstance(one, Lesson)]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:'[a-z]+)?", text)


def sentences(text: str) -> list[str]:
    """Sentences and points; headings are none."""
    lines = (
        re.sub(r"^(?:- |\d+\. )|[*_`]", "", line) for line in text.split("\n") if not line.startswith("#")
    )
    return [one for line in lines for one in re.split(r"(?<=[.!?:;])\s+", line) if words(one)]


def syllables(word: str, language: str) -> int:
    return len(PARTS[language].positions(word.lower())) + 1


def measured(lesson: Lesson) -> tuple[float, float]:
    """Words to a sentence, syllables to a word."""
    told = sentences(lesson.text)
    every = [word for sentence in told for word in words(sentence)]
    return len(every) / len(told), sum(syllables(word, lesson.language) for word in every) / len(every)


def long_words(lesson: Lesson) -> set[str]:
    found = {word.lower() for word in words(f"{lesson.title} {lesson.summary} {lesson.text}")}
    return {word for word in found if syllables(word, lesson.language) >= LONG[lesson.language]}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_article_is_whole_in_both_languages(file: Path) -> None:
    found = lessons(file)
    assert sorted(one.language for one in found) == ["en", "es"]
    for one in found:
        assert one.title and one.summary and one.topics and one.source and one.reviewed_on
        assert "medlineplus.gov/" in one.source and ("/spanish/" in one.source) == (one.language == "es")
        assert all(code.split("|")[0] in SYSTEMS for code in one.topics)
        assert len(one.topics) == len(set(one.topics))
        assert 120 <= len(words(one.text)) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_article_has_its_four_parts_and_says_no_dose(file: Path) -> None:
    for one in lessons(file):
        assert not DOSE.search(one.text), one.title
        if str(one.reviewed_on) > AGED:
            assert re.findall(r"^## (.+)$", one.text, re.MULTILINE) == HEADINGS[one.language]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_article_reads_at_grade_six(file: Path) -> None:
    for one in lessons(file):
        per_sentence, per_word = measured(one)
        if one.language == "en":  # Flesch–Kincaid
            assert 0.39 * per_sentence + 11.8 * per_word - 15.59 <= HARDEST_GRADE
        else:  # Fernández-Huerta: from 80 on it is "easy"
            assert 206.84 - 60 * per_word - 1.02 * per_sentence >= LEAST_EASE
        assert long_words(one) <= set(WORDS[one.language]), sorted(long_words(one) - set(WORDS[one.language]))


def test_the_lists_hold_nothing_that_no_article_uses() -> None:
    found = [one for file in FILES for one in lessons(file)]
    for language in ("en", "es"):
        used = {word for one in found if one.language == language for word in long_words(one)}
        assert sorted(used) == WORDS[language]
    assert {code for one in found for code in one.topics} == set(CODES["patients"]) | set(CODES["others"])


def test_no_two_articles_have_one_name() -> None:
    found = [(one.language, one.title) for file in FILES for one in lessons(file)]
    assert len(found) == len(set(found)) and len(FILES) >= 52


# --- the development patients


def people() -> Iterator[list[Found]]:
    """The resources of each development patient."""
    for path in sorted(PATIENTS.rglob("*.json*")):
        found = [one for one in resources(path.name, path.read_bytes()) if isinstance(one, Found)]
        if any(one.type == "Patient" for one in found):
            yield found


def codes_of(found: Found) -> set[str]:
    own = (found.fields.get(name) for name in ("code", "vaccineCode", "medicationCodeableConcept"))
    parts = (part.get("code") for part in dicts(found.fields.get("component")))
    return set(full_codes(*own, *parts))


@pytest.mark.shared
def test_the_codes_are_those_of_the_patients_and_what_they_lead_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    topics = {code for file in FILES for one in lessons(file) for code in one.topics}
    seen: set[str] = set()
    told: dict[str, list[int]] = {}
    for patient in people():
        for found in patient:
            codes = codes_of(found) | {json.loads(record(found).body).get("code") or ""}
            seen |= codes
            count = told.setdefault(found.type, [0, 0])
            count[0] += bool(codes - {""})
            count[1] += not codes.isdisjoint(topics)
    with capsys.disabled():
        for type in ("Condition", "MedicationRequest", "Medication", "Immunization", "Procedure", "Observation",
                     "DiagnosticReport", "AllergyIntolerance"):  # fmt: skip
            all_, tied = told[type]
            print(
                f"\n{type:<20} {tied:>6} of {all_:>6} lead to an article ({100 * tied / all_:.0f} %)", end=""
            )
    assert topics & seen == set(CODES["patients"])
