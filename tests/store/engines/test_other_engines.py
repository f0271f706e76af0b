"""The store's whole contract and every suite beside this file, on the engines of the phones."""

from __future__ import annotations

import re

import pytest

from tests.store.engines import environments

HERE = "tests/store/engines"
ONLY_HERE = [f"--ignore={HERE}/{name}.py" for name in ("test_other_engines", "test_interop")]
CONTRACT = ("test_store.py", "test_plaintext.py")
SUITES = ("seam", "face", "pages", "crash", "torn", "tamper", "leak")
VERSIONS = {
    "mc": "import apsw; print(apsw.apsw_version(), 'mc' if apsw.mc_version else '')",
    "pages": "import apsw, cryptography; print(apsw.apsw_version(), cryptography.__version__)",
}
CARRIED = {"mc": "3.54.0.0 mc", "pages": "3.53.2.0 43.0.1"}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["mc", "pages"])
def test_the_contract_holds_on_the_engines_of_the_phones(engine: str) -> None:
    assert environments.run(engine, "-c", VERSIONS[engine]).strip() == CARRIED[engine]
    where = [*(f"tests/store/{name}" for name in CONTRACT), HERE, *ONLY_HERE]
    asked = ["-n", "2", "-m", "not shared", "-p", "no:cacheprovider", "-v", "-rA", *where]
    said = environments.run(engine, "-m", "pytest", *asked)
    summary = said.splitlines()[-1]
    print(*re.findall(rf"^{engine}\b.*", said, re.MULTILINE), f"{engine}: {summary}", sep="\n")
    assert re.search(r"\d{2,} passed", summary), said
    assert not re.search(r"skipped|failed|error|deselected|xfailed", summary), said
    for file in (*CONTRACT, *(f"test_{suite}.py" for suite in SUITES)):
        assert f"{file}::" in said
