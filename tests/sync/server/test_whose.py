"""Whose scope an imported resource lands in, when a file speaks of more people than it brings."""

from __future__ import annotations

import pytest
from exports import lab, person, records, save


@pytest.mark.parametrize("known", ["before", "in a later file", "never"])
def test_what_names_another_patient_never_goes_with_the_file(clinic, tmp_path, known):
    mixed = save(
        tmp_path, "a.json", person("anna"), lab("x", "anna"), lab("y", "marcus"), lab("z"),
        {"resourceType": "Organization", "id": "o"}, lab("u", subject={"reference": "urn:uuid:anna"}),
    )  # fmt: skip
    other = [save(tmp_path, "b.json", person("marcus", "Moss"))] if known != "never" else []
    if known == "before":
        clinic.import_paths(other)
    files = [mixed] if known == "before" else [mixed, *other]
    assert clinic.import_paths(files).errors == []
    again = clinic.import_paths(files)
    assert (again.added, again.changed) == (0, 0)
    assert records(clinic, "patient:anna") == {"anna", "x", "z", "o", "u"}
    assert "y" in records(clinic, "clinic" if known == "never" else "patient:marcus")


def test_a_known_patient_outside_a_file_of_several_gets_their_own(clinic, tmp_path):
    clinic.import_paths([save(tmp_path, "m.json", person("marcus", "Moss"))])
    several = save(
        tmp_path, "s.json", person("pa"), person("pb", "Baker"), lab("x", "pa"), lab("y", "marcus")
    )
    clinic.import_paths([several])
    assert records(clinic, "patient:pa") == {"pa", "x"}
    assert records(clinic, "patient:marcus") == {"marcus", "y"}
