"""Why something is no health card."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """It is no health card. `why` is one word, which names the rule and holds nothing of what was brought.

    Of what was brought: empty, too_long, link (a SMART Health Link), text, json, file. Of the text of codes:
    header_code, digits, chunk_numbers, missing_parts (`here` of `of` are here). Of the card: form, alg, zip, kid,
    deflate, bomb, payload, issuer, nbf, exp, type, bundle, metadata, signature_form.
    """

    why: str
    here: int = 0
    of: int = 0
