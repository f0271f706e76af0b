"""The nouns that device and clinic share. Adding one: a file here, and its line in MODELS."""

from sync.models.attachment import Attachment, attachments_in
from sync.models.card import HealthCard, IssuerKeys, RevokedCards
from sync.models.clinic import Clinic
from sync.models.device import Device
from sync.models.doc import Doc, Policy, Stamp
from sync.models.ids import derive_id, new_id
from sync.models.lesson import Lesson
from sync.models.mood import MoodEntry
from sync.models.person import Person
from sync.models.question import Question
from sync.models.reading import Reading
from sync.models.receipt import Receipt, Word
from sync.models.record import Category, Record
from sync.models.refill import Refill
from sync.models.taken import How, Taken
from sync.models.timing import HeldResults, ResultSort, ResultTiming, ShowResults
from sync.models.visit import Visit, VisitStatus
from sync.models.weight import Weight

MODELS: tuple[type[Doc], ...] = (
    Clinic,
    Device,
    HeldResults,
    HealthCard,
    IssuerKeys,
    Lesson,
    MoodEntry,
    Person,
    Question,
    Reading,
    Receipt,
    Record,
    Refill,
    ResultTiming,
    ShowResults,
    Taken,
    Visit,
    Weight,
)
KINDS: dict[str, type[Doc]] = {model.kind: model for model in MODELS}

__all__ = [
    "KINDS",
    "MODELS",
    "Attachment",
    "Category",
    "Clinic",
    "Device",
    "Doc",
    "HealthCard",
    "HeldResults",
    "How",
    "IssuerKeys",
    "Lesson",
    "MoodEntry",
    "Person",
    "Policy",
    "Question",
    "Reading",
    "Receipt",
    "Record",
    "Refill",
    "ResultSort",
    "ResultTiming",
    "RevokedCards",
    "ShowResults",
    "Stamp",
    "Taken",
    "Visit",
    "VisitStatus",
    "Weight",
    "Word",
    "attachments_in",
    "derive_id",
    "new_id",
]
