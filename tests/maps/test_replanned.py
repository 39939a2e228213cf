"""Test that files are changed for one rep and stay byte for byte for all others."""

import json
from pathlib import Path

from maps.folder import staged_output, updated_output, written_files
from maps.plain import collection_text
from maps.replanned import with_rows_of, with_tours_of

TABLE = 'rep_id,name\nR1,"a, b"\nR2,old\nR2,older\nR3,"say ""c"""\n'


def tour(rep: str, date: str, accounts: list[str], at: float, end: str = "") -> dict:
    """A tour as it lies in tours.geojson."""
    properties = {"rep_id": rep, "date": date, "account_ids": accounts, "start_place": "", "end_place": end}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "LineString", "coordinates": [[at, 1.5]]}}


def test_rows_of_one_rep_are_replaced():
    """Quoted cells of others keep their form; the new rows stand where the old ones stood."""
    assert with_rows_of("R2", TABLE, "rep_id,name\nR2,new\n") == 'rep_id,name\nR1,"a, b"\nR2,new\nR3,"say ""c"""\n'


def test_a_rep_without_rows_gets_some_in_order():
    """Nothing stood there before."""
    assert with_rows_of("R2", "rep_id,name\nR1,x\nR3,y\n", "rep_id,name\nR2,new\n").splitlines()[2] == "R2,new"


def test_a_tour_with_the_same_stops_keeps_its_course():
    """The course along the roads is not known when planning again; a changed tour is drawn straight."""
    old = [tour("R1", "d1", ["a"], 1.25), tour("R2", "d1", ["b"], 2.25), tour("R2", "d2", ["c"], 3.25)]
    old.append(tour("R2", "d3", ["b"], 4.25))
    new = [tour("R2", "d1", ["b"], 9.0), tour("R2", "d2", ["c", "d"], 9.0), tour("R2", "d3", ["b"], 9.0, end="Inn")]
    text = with_tours_of("R2", collection_text({"features": old}), new)
    assert text.splitlines()[1] == collection_text({"features": old}).splitlines()[1]
    courses = [feature["geometry"]["coordinates"][0][0] for feature in json.loads(text)["features"]]
    assert courses == [1.25, 2.25, 9.0, 9.0]


def test_an_update_leaves_other_files(tmp_path: Path):
    """Files that are written again change, those of the replaced kind vanish unless written, all others stay."""
    target = tmp_path / "out"
    with staged_output(target) as staging:
        (staging / "gpx").mkdir()
        for name in ("a.txt", "b.txt", "gpx/old.gpx"):
            (staging / name).write_text("first")
    (target / "mine.txt").write_text("kept")
    with updated_output(target, replaced="gpx/") as staging:
        (staging / "gpx").mkdir()
        (staging / "b.txt").write_text("second")
        (staging / "gpx" / "new.gpx").write_text("second")
    assert written_files(target) == ("a.txt", "b.txt", "gpx/new.gpx")
    assert [(target / name).read_text() for name in ("a.txt", "b.txt", "mine.txt")] == ["first", "second", "kept"]
    assert not (target / "gpx" / "old.gpx").exists()
