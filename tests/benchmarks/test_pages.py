"""The benchmark of pages reads a case of scale of any size and measures what a browser paints."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]


def square(column: int, row: int) -> list[list[int]]:
    """The corners of a square of the grid, as an arc."""
    return [[column, row], [column, row + 1], [column + 1, row + 1], [column + 1, row], [column, row]]


def write_case(folder: Path) -> None:
    """Nine communes and two homes in the form of the case of scale."""
    places = [(column, row) for row in range(3) for column in range(3)]
    arcs = [square(*place) for place in places]
    geometries = [
        {"type": "Polygon", "arcs": [[number]], "properties": {"code": f"0100{number}", "nom": f"Bourg {number}"}}
        for number in range(9)
    ]
    topology = {
        "type": "Topology",
        "arcs": arcs,
        "objects": {"c": {"type": "GeometryCollection", "geometries": geometries}},
    }
    with gzip.open(folder / "fr_communes_2018_topo.json.gz", "wt", encoding="utf-8") as file:
        json.dump(topology, file)
    with gzip.open(folder / "fr_communes_2026.csv.gz", "wt", encoding="utf-8") as file:
        file.write("code,nom,departement,region,population,lon,lat\n")
        file.writelines(
            f"0100{n},Bourg {n},01,84,{1500 + 300 * n},{c + 0.5},{r + 0.5}\n" for n, (c, r) in enumerate(places)
        )
    (folder / "homes_200.csv").write_text("code,nom\n01000,Bourg 0\n01008,Bourg 8\n", encoding="utf-8")


@pytest.mark.browser
def test_a_national_page_is_made_and_measured(tmp_path: Path) -> None:
    """Weight and seconds stand in the row, with what is allowed."""
    pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    write_case(tmp_path)
    done = subprocess.run(
        [sys.executable, "benchmarks/pages.py", str(tmp_path), "--json", "--keep", str(tmp_path)],
        cwd=HERE, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "no Chromium" in done.stderr:
        pytest.skip("no Chromium is installed")
    (row,) = json.loads(done.stdout)
    page = (tmp_path / "national.html").read_text(encoding="utf-8")
    assert "Pharmacie de Bourg 8" in page
    assert row["page"] == "national"
    assert row["kilobytes"] == pytest.approx((tmp_path / "national.html").stat().st_size / 1000, abs=0.1)
    assert 0 < row["seconds"] < 60
    assert row["areas_seconds"] > 0
