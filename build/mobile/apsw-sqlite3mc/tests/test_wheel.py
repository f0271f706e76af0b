"""Run on the phone or its emulator: does this wheel encrypt in SQLCipher's format?"""

import apsw

KEY = "x'" + "ab" * 32 + "'"


def keyed(path):
    """A connection as the app opens it."""
    connection = apsw.Connection(str(path))
    asked = (("cipher", "sqlcipher", "sqlcipher"), ("legacy", 4, "4"), ("key", KEY, "ok"))
    for name, value, answer in asked:
        assert str(connection.pragma(name, value)) == answer
    return connection


def test_it_is_the_build_with_ciphers():
    assert apsw.mc_version
    options = set(apsw.compile_options)
    assert {"ENABLE_FTS5", "TEMP_STORE=2", "SECURE_DELETE"} <= options


def test_what_is_written_cannot_be_read_without_the_key(tmp_path):
    file = tmp_path / "a.db"
    connection = keyed(file)
    connection.execute("PRAGMA journal_mode = WAL; PRAGMA user_version = 1")
    connection.execute("CREATE VIRTUAL TABLE f USING fts5 (words); INSERT INTO f VALUES ('canary')")
    assert connection.execute("SELECT '{\"a\":1.50}' -> 'a' FROM f WHERE f MATCH 'canary'").get == "1.50"
    connection.close()
    assert not file.read_bytes().startswith(b"SQLite format 3") and b"canary" not in file.read_bytes()
    again = keyed(file)
    assert again.execute("SELECT words FROM f").get == "canary"
    again.close()
