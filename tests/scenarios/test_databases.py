"""Tables come out of databases as they come out of files: SQLite, and a PostgreSQL that is started for the test."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from scenarios.databases import DatabaseError, read_query, shapes_of
from scenarios.loading import load_scenario, resolved_yaml
from scenarios.run_record import input_digests
from scenarios.schema import Source
from scenarios.tables import Tables, read_tables
from tests.scenarios.faulty import YAML, told

sqlalchemy = pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")

QUERY = 'data.accounts.query="select * from accounts"'
SQLITE = ("data.accounts.path=sqlite:///firm.db", QUERY)


def read(*sets: str) -> Tables:
    """Read the tables of scenario.yaml in the current folder."""
    return read_tables(load_scenario(Path(YAML), sets=list(sets)))


def fill(address: str) -> None:
    """Put the tiny case's accounts and sales into a database, with dates and exact numbers."""
    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
    pd.read_csv("accounts.csv", dtype={"account_id": str}).to_sql("accounts", engine, index=False)
    sales = pd.read_csv("sales.csv", dtype={"account_id": str}, parse_dates=["week"])
    exact = {"sales": sqlalchemy.Numeric(12, 4), "week": sqlalchemy.Date()}
    sales.to_sql("sales", engine, index=False, dtype=exact)


def assert_same(found: Tables, expected: Tables) -> None:
    """Accounts and sales, whatever the order of the rows."""
    for name, by in (("accounts", ["account_id"]), ("sales", ["account_id", "category", "week"])):
        one, other = (getattr(tables, name).sort_values(by).reset_index(drop=True) for tables in (found, expected))
        categories = {column: str for column in ("account_id", "category") if column in one}
        pd.testing.assert_frame_equal(one.astype(categories), other.astype(categories), rtol=1e-6)


def test_sqlite_gives_what_the_files_give(here):
    """Ids keep their zeros, dates are dates, missing cells are missing."""
    expected = read()
    fill("sqlite:///firm.db")
    sales = ("data.sales.path=sqlite:///firm.db", 'data.sales.query="select * from sales order by week"')
    assert_same(read(*SQLITE, *sales), expected)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> Iterator[str]:
    """Start a PostgreSQL server of our own on a socket of its own; give its address."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    pwd = pytest.importorskip("pwd", reason="PostgreSQL is started on Unix only")
    programs = {name: shutil.which(name) for name in ("initdb", "postgres")}
    if None in programs.values():
        pytest.skip("PostgreSQL is not installed: initdb and postgres were not found")
    folder = Path("/tmp") / f"tt-pg-{os.getpid()}"  # noqa: S108 - a socket's path must be short
    who = None
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        who = next(
            (name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()}), None
        )
        if who is None:
            pytest.skip("PostgreSQL does not run as root, and there is no other user")
        shutil.chown(folder, who)
    data, port = folder / "data", 54329
    run = {"user": who, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([programs["initdb"], "-D", data, "-U", "firm", "-A", "trust", "--no-sync"], check=True, **run)
    options = ["-k", folder, "-p", str(port), "-c", "listen_addresses=", "-c", "fsync=off"]
    server = subprocess.Popen([programs["postgres"], "-D", data, *options], **run)
    try:
        address = f"postgresql+psycopg://firm@/postgres?host={folder}&port={port}"
        engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
        for _ in range(100):
            try:
                with engine.connect():
                    break
            except sqlalchemy.exc.OperationalError:
                assert server.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql_gives_what_the_files_give(here, postgres):
    """Exact numbers, dates, and shapes as text or as well-known bytes."""
    expected = read()
    fill(postgres)
    address = f"path={postgres}"
    sales = (f"data.sales.{address}", 'data.sales.query="select * from sales"')
    assert_same(read(f"data.accounts.{address}", QUERY, *sales), expected)


def test_shapes_of_postgis_are_read_if_it_is_there(here, postgres):
    """A column of PostGIS's own type, in longitude and latitude."""
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.pool.NullPool)
    with engine.connect() as connection:
        found = connection.execute(sqlalchemy.text("select 1 from pg_available_extensions where name = 'postgis'"))
        if not found.fetchall():
            pytest.skip("PostGIS is not installed beside PostgreSQL")
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create extension postgis"))
    source = Source(path=postgres, query="select ST_SetSRID(ST_MakePoint(2, 46), 4326) as geometry")
    frame, _ = read_query(source)
    assert shapes_of(frame[0].tolist()).iloc[0].coords[0] == (2.0, 46.0)


def test_areas_come_out_of_a_database(here):
    """Shapes as well-known bytes, hexadecimal digits or text."""
    expected = read().areas
    areas = gpd.read_file("areas.geojson")
    for way in (areas.geometry.to_wkb(), areas.geometry.to_wkb(hex=True), areas.geometry.to_wkt()):
        table = pd.DataFrame(areas.drop(columns="geometry")).assign(geometry=way)
        Path("firm.db").unlink(missing_ok=True)
        engine = sqlalchemy.create_engine("sqlite:///firm.db", poolclass=sqlalchemy.pool.NullPool)
        table.to_sql("areas", engine, index=False)
        sets = ("path=sqlite:///firm.db", 'query="select * from areas"')
        found = read(*(f"data.areas.source.{text}" for text in sets)).areas
        assert expected is not None
        assert found is not None
        assert found.geometry.geom_equals_exact(expected.geometry, 1e-9).all()


def test_rows_come_in_an_order_of_their_own(here):
    """Without ORDER BY by their texts; with it as asked."""
    fill("sqlite:///firm.db")
    ids = "select account_id from accounts"
    first = read_query(Source(path="sqlite:///firm.db", query=ids))[0][0].tolist()
    last = read_query(Source(path="sqlite:///firm.db", query=f"{ids} order by account_id desc"))[0][0].tolist()
    assert first == sorted(first)
    assert last == first[::-1]


def test_what_a_query_gives_is_part_of_the_record(here):
    """The digest follows the data, and the saved scenario finds the database again."""
    fill("sqlite:///firm.db")
    loaded = load_scenario(Path(YAML), sets=list(SQLITE))
    before = input_digests(loaded.scenario)["data.accounts"]
    assert before == input_digests(loaded.scenario)["data.accounts"]
    assert "path: sqlite:///firm.db" in resolved_yaml(loaded)
    engine = sqlalchemy.create_engine("sqlite:///firm.db", poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("update accounts set name = 'new' where account_id = '001'"))
    assert input_digests(loaded.scenario)["data.accounts"] != before


@pytest.mark.parametrize(
    ("sets", "fault"),
    [
        (("data.accounts.path=sqlite:///firm.db",), "a query is needed, such as: select * from customers"),
        ((SQLITE[0], 'data.accounts.query="select * from shops"'), "the database says: "),
        ((SQLITE[0], 'data.accounts.query="selec"'), "the database says: "),
        ((SQLITE[0], 'data.accounts.query="create table x (y int)"'), "gives no rows; expected a SELECT"),
        ((SQLITE[0], 'data.accounts.query="select account_id from accounts"'), "name"),
        (("data.accounts.path=nobase://x/y", QUERY), "is no address that can be used"),
        (("data.accounts.path=postgresql://a:secret@x/y", QUERY), "has a password in it"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(here, sets, fault):
    """Line and key of the scenario, the database's own first line; the message shows no password."""
    fill("sqlite:///firm.db")
    faults = told(sets=list(sets))
    assert any("data.accounts" in line and fault in line for line in faults), faults
    assert "secret" not in "".join(line.partition("data.accounts.path:")[2] for line in faults)


def test_a_shape_that_is_none_is_told():
    """Neither bytes nor text that can be read."""
    with pytest.raises(DatabaseError, match="a shape cannot be read"):
        shapes_of(["POLYGON(("])
