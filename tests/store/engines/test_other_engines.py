"""The store's whole contract and every suite beside this file, on the engines of the phones."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.store.engines import environments

HERE = "tests/store/engines"
ROOT = Path(__file__).parents[3]
ONLY_HERE = [f"--ignore={HERE}/{name}.py" for name in ("test_other_engines", "test_interop")]
STORE = [
    "store",
    "plaintext",
    "backup",
    "backup_crafted",
    "backup_killed",
    "salvage",
    "salvage_log",
    "snapshots",
]
VAULT = ["rotation_kill", "stretching", "sequences"]
CONTRACT = [f"store/test_{one}.py" for one in STORE] + [f"vault/test_{one}.py" for one in VAULT]
SUITES = ["seam", "face", "pages", "crash", "torn", "tamper", "leak", "rekey", "first_page"]
MORE = {"mc": ["moving"], "pages": []}
NOT_THERE = {
    "mc": [],
    "pages": [  # about SQLCipher's salt, files in its format, and what was stretched with Argon2id
        "store/test_salvage.py::test_a_store_without_its_salt_is_damaged_and_gives_back_everything",
        "store/test_salvage.py::test_a_store_of_a_version_that_chose_its_salt_cannot_be_read_without_it",
        "store/test_salvage_log.py::test_a_lost_salt_is_found_again_in_the_log",
        "store/test_snapshots.py::test_a_record_of_an_older_version_opens_with_its_passcode",
        "store/test_snapshots.py::test_a_backup_of_an_older_version_is_restored",
        "store/test_backup.py::test_stretching_that_would_stop_the_device_is_not_tried",
    ],
}
VERSIONS = {
    "mc": "import apsw; print(apsw.apsw_version(), 'mc' if apsw.mc_version else '')",
    "pages": "import apsw, cryptography; print(apsw.apsw_version(), cryptography.__version__)",
}
CARRIED = {"mc": "3.54.0.0 mc", "pages": "3.53.2.0 43.0.1"}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["mc", "pages"])
def test_the_contract_holds_on_the_engines_of_the_phones(engine: str) -> None:
    assert environments.run(engine, "-c", VERSIONS[engine]).strip() == CARRIED[engine]
    where = [*(f"tests/{name}" for name in CONTRACT), HERE, *ONLY_HERE]
    without = [f"--deselect=tests/{name}" for name in NOT_THERE[engine]]
    asked = [
        *without,
        "-n",
        "2",
        "-m",
        "not shared and not long",
        "-p",
        "no:cacheprovider",
        "-v",
        "-rA",
        *where,
    ]
    said = environments.run(engine, "-m", "pytest", *asked)
    summary = said.splitlines()[-1]
    print(*re.findall(rf"^{engine}\b.*", said, re.MULTILINE), f"{engine}: {summary}", sep="\n")
    assert re.search(r"\d{2,} passed", summary), said
    assert not re.search(r"skipped|failed|error|xfailed", summary), said
    for file, _, name in (test.partition("::") for test in NOT_THERE[engine]):
        assert f"def {name}(" in (ROOT / "tests" / file).read_text() and f"::{name}" not in said
    for file in (*CONTRACT, *(f"test_{suite}.py" for suite in (*SUITES, *MORE[engine]))):
        assert f"{file}::" in said
