"""The mistakes: the thirteen of the protocol's design, and ours. Each is a change of the product's own text.

The text to be changed must stand exactly once, so that no refactoring disarms a mistake unseen.
"""

from __future__ import annotations

from tests.sync.mutants.design import DESIGN
from tests.sync.mutants.downloads import LESS, PIECES
from tests.sync.mutants.merging import FIELDS, FORGETTING
from tests.sync.mutants.mistake import Mistake
from tests.sync.mutants.ours import OURS

MISTAKES: tuple[Mistake, ...] = (*DESIGN, *OURS, *PIECES, *LESS, *FIELDS, *FORGETTING)
