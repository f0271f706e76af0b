"""The clinic's library on a patient's device: published, changed and taken out by the clinic's own command."""

from __future__ import annotations

from pathlib import Path

from app.features.learn.queries import lessons_on_record, list_lessons
from app.store.library import lessons_on
from sync.server.library import shelve, take_out
from tests.conftest import Phone

A1C = "http://loinc.org|4548-4"
ARTICLE = (
    '+++\ntopics = ["{code}"]\n[en]\ntitle = "{title}"\n[es]\ntitle = "La A1c"\n+++ en\nText\n+++ es\nTexto\n'
)


async def test_an_article_comes_changes_and_goes_with_the_next_sync(phone: Phone, tmp_path: Path) -> None:
    def titles() -> list[str]:
        return [one.title for one in lessons_on(phone.store, [A1C], "en")]

    def publish(title: str, code: str) -> None:
        (tmp_path / "a1c.md").write_text(ARTICLE.format(title=title, code=code))
        shelve(phone.clinic, [tmp_path / "a1c.md"])

    publish("A1c", A1C)
    assert titles() == []
    await phone.sync()
    assert titles() == ["A1c"]
    publish("The A1c test", A1C)
    await phone.sync()
    assert titles() == ["The A1c test"] == [one.title for one in list_lessons(phone.store, "en")]
    take_out(phone.clinic, "a1c", "en")
    await phone.sync()
    assert titles() == ["La A1c"], "what is left is in Spanish"
    publish("Something else", "http://loinc.org|1")
    await phone.sync()
    assert titles() == []
    take_out(phone.clinic, "a1c")
    await phone.sync()
    assert list_lessons(phone.store, "en") == lessons_on_record(phone.store, "en") == []
