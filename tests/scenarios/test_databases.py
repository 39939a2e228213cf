"""Tables come out of databases as they come out of files: SQLite, and a PostgreSQL that is started for the test."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

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


def server_programs() -> dict[str, str]:
    """Find PostgreSQL's server programs on the path, or where Debian puts them; {} where there are none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    places = os.pathsep.join([os.environ.get("PATH", ""), *map(str, reversed(folders))])
    found = {name: shutil.which(name, path=places) for name in ("initdb", "postgres")}
    return {name: place for name, place in found.items() if place} if all(found.values()) else {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server of our own on a socket of its own; give its address."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    pwd = pytest.importorskip("pwd", reason="PostgreSQL is started on Unix only")
    programs = server_programs()
    if not programs:
        pytest.skip("PostgreSQL is not installed: initdb and postgres were not found (Debian: postgresql)")
    who = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        users = {entry.pw_name for entry in pwd.getpwall()}
        who = next((name for name in ("postgres", "nobody") if name in users), None)
        if who is None:
            pytest.skip("PostgreSQL does not run as root, and there is no other user")
    folder = Path(tempfile.mkdtemp(prefix="tt-pg-", dir="/tmp"))
    if who:
        shutil.chown(folder, who)
    run = {"user": who, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data, port = folder / "data", 54329
    subprocess.run([programs["initdb"], "-D", data, "-U", "firm", "-A", "trust", "--no-sync"], check=True, **run)
    options = ["-k", folder, "-p", str(port), "-c", "listen_addresses=", "-c", "fsync=off"]
    server = subprocess.Popen([programs["postgres"], "-D", data, *options], **run)
    try:
        address = f"postgresql+psycopg://firm@/postgres?host={folder}&port={port}"
        engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
        for _ in range(300):
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


@pytest.fixture
def postgis(postgres: str) -> str:
    """The address of the server, with PostGIS in its database."""
    engine = sqlalchemy.create_engine(postgres, poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        there = sqlalchemy.text("select 1 from pg_available_extensions where name = 'postgis'")
        if not connection.execute(there).fetchall():
            pytest.skip("PostGIS is not installed beside PostgreSQL (Debian: postgresql-postgis)")
        connection.execute(sqlalchemy.text("create extension if not exists postgis"))
    return postgres


@pytest.mark.parametrize("system", [4326, 2154])
def test_areas_come_out_of_postgis(here, postgis, system):
    """Columns of PostGIS's own type, in degrees or in the metres of a country, as a GIS writes them."""
    expected = read().areas
    assert expected is not None
    areas = gpd.read_file("areas.geojson").rename_geometry("shape").to_crs(system)
    engine = sqlalchemy.create_engine(postgis, poolclass=sqlalchemy.pool.NullPool)
    rows = [
        {"area_id": row.area_id, "name": row.name, "region": row.region, "shape": row.shape.wkt, "system": system}
        for row in areas.itertuples(index=False)
    ]
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("drop table if exists areas"))
        columns = f"area_id text primary key, name text, region text, shape geometry(Polygon, {system})"
        connection.execute(sqlalchemy.text(f"create table areas ({columns})"))
        put = "insert into areas values (:area_id, :name, :region, ST_GeomFromText(:shape, :system))"
        connection.execute(sqlalchemy.text(put), rows)
    query = 'query="select area_id, name, region, shape as geometry from areas"'
    found = read(*(f"data.areas.source.{text}" for text in (f"path={postgis}", query))).areas
    assert found is not None
    assert found["area_id"].tolist() == expected["area_id"].tolist()
    assert found.geometry.geom_equals_exact(expected.geometry, 1e-6).all()


def test_shapes_of_several_systems_are_told():
    """Which ones, and what to write in the query."""
    shapes = [shapely.set_srid(shapely.Point(2, 46), system) for system in (4326, 2154)]
    with pytest.raises(DatabaseError, match=r"of 2 systems of coordinates \(2154, 4326\); expected one: ST_Transform"):
        shapes_of([shapely.to_wkb(shape, include_srid=True) for shape in shapes])


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
