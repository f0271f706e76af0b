"""What a patient wrote never stands in an error."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sync.models import MoodEntry
from sync.protocol.wire import Mutation


def test_a_document_or_a_mutation_that_does_not_fit_keeps_its_words_to_itself() -> None:
    with pytest.raises(ValidationError) as doc:
        MoodEntry.read("m", '{"felt_at": "I slept badly", "score": "badly"}')
    with pytest.raises(ValidationError) as wire:
        Mutation(mid="", scope="badly", kind="BADLY", id="badly", words="badly")  # type: ignore[call-arg]
    assert "badly" not in str(doc.value).lower() and "badly" not in str(wire.value).lower()
