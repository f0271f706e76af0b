"""Lessons from two public collections: MedlinePlus health topics (HTML in JSON) and MedQuAD documents (XML).

HTML becomes Markdown; where a link leads stays readable beside its words, for the reader may have no connection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from sync.fhir.reading import Fault

Found = Iterator[tuple[str, dict[str, Any] | Fault]]
UMLS = "http://www.nlm.nih.gov/research/umls"
UNSHOWN = ("script", "style", "img", "iframe", "object", "head", "title")
GAP, LIST = re.compile(r"\s{3,}|\n\s*\n"), re.compile(r"^-\s+")
SPANISH = frozenset(
    [
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "que",
        "y",
        "en",
        "un",
        "una",
        "por",
        "con",
        "para",
        "se",
        "es",
        "su",
        "no",
    ]
)
ENGLISH = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "in",
        "to",
        "is",
        "are",
        "that",
        "it",
        "for",
        "with",
        "you",
        "your",
        "or",
        "not",
    ]
)
MOST_LETTERS = 160


def medlineplus(topics: dict[str, Any], language: str = "") -> Found:
    """Title and HTML of each topic. In what language it is, the words themselves say where nobody else does."""
    for title, said in topics.items():
        if not isinstance(said, str):
            yield title, Fault(title, "is no text")
            continue
        text = to_markdown(said)
        spoken = language or language_of(text)
        fields = {"title": title, "text": text, "language": spoken, "summary": _first(text)}
        yield f"medlineplus:{title}", {**fields, "source": f"MedlinePlus: {title}"}


def medquad(text: str) -> Found:
    """One document: its questions become headings. Raises ValueError for XML that is broken or defines entities."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root: Element = fromstring(text.strip(), forbid_dtd=True)
    except ParseError as error:
        raise ValueError(f"does not read: {error}") from None
    except DefusedXmlException:
        raise ValueError("defines entities or a document type, which is not allowed") from None
    title = (root.findtext("Focus") or "").strip()
    named = f"{root.get('source', '')}:{root.get('id', '')}"
    if root.tag != "Document" or not title or not root.get("id"):
        raise ValueError("is no document of MedQuAD")
    codes = ((one.text or "").strip() for one in root.iter("CUI"))
    topics = [f"{UMLS}|{code}" for code in codes if code]
    answers = list(_answers(root))
    source = f"{root.get('source', '')}: {title}, {root.get('url', '')}"
    fields = {"title": title, "language": "en", "topics": topics, "source": source}
    summary = _first(answers[0][1]) if answers else ""
    told = "\n\n".join(f"## {question}\n\n{answer}" for question, answer in answers)
    yield f"medquad:{named}", {**fields, "summary": summary, "text": told}


def _answers(root: Element) -> Iterator[tuple[str, str]]:
    """Each question that has an answer, and the answer in Markdown."""
    for pair in root.iter("QAPair"):
        question, answer = (" ".join((pair.findtext(name) or "").split()) for name in ("Question", "Answer"))
        if answer:
            yield re.sub(r" \?$|\? \?$", "?", question), from_runs(pair.findtext("Answer") or "")


def from_runs(text: str) -> str:
    """Plain text in which runs of blanks part paragraphs, and `-` begins a point, as Markdown."""
    lines: list[str] = []
    for piece in GAP.split(text):
        said = _escaped(" ".join(piece.split()))
        if said in ("", "-"):
            continue
        point = LIST.match(said)
        if lines and not (point and LIST.match(lines[-1])):
            lines.append("")
        lines.append(said)
    return "\n".join(lines)


def to_markdown(html: str) -> str:
    """HTML as Markdown, without scripts and pictures; a link as its words and its address."""
    from bs4 import BeautifulSoup
    from markdownify import ATX, MarkdownConverter

    soup = BeautifulSoup(html, "html.parser")
    for unshown in soup(UNSHOWN):
        unshown.decompose()
    for link in soup("a"):
        address = str(link.get("href") or "")
        words = link.get_text()
        shown = address.startswith(("http://", "https://")) and address not in words
        link.replace_with(f"{words} ({address})" if shown else words)
    told: str = MarkdownConverter(heading_style=ATX, bullets="-").convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", told).strip()


def language_of(text: str) -> str:
    """English or Spanish, by the small words; nothing where there are as many of both."""
    words = re.findall(r"[a-záéíóúñ]+", text.lower())
    spanish, english = sum(word in SPANISH for word in words), sum(word in ENGLISH for word in words)
    return "" if spanish == english else "es" if spanish > english else "en"


def _first(text: str) -> str:
    """The first sentence, where it is a short one."""
    sentence = re.split(r"(?<=[.!?]) |\n", text.strip(), maxsplit=1)[0]
    return sentence if len(sentence) <= MOST_LETTERS else ""


def _escaped(text: str) -> str:
    return re.sub(r"([*_`#<>])", r"\\\1", text)
