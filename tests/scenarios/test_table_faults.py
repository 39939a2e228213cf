"""Faulty tables, each with the one message that it gets."""
# ruff: noqa: E501 -- messages stand in one line each, so that a search finds them

import pytest

from tests.scenarios.faulty import YAML, cell, shape, swap, told, write

CASES = {
    "missing_file": (
        [swap(YAML, "path: sales.csv", "path: sale.csv")],
        'scenario.yaml:11:11 data.sales.path: file "sale.csv" not found; did you mean "sales.csv"?',
    ),
    "missing_folder": (
        [swap(YAML, "path: sales.csv", "path: data/sales.csv")],
        'scenario.yaml:11:11 data.sales.path: file "data/sales.csv" not found: there is no folder "data"',
    ),
    "missing_graph": (
        [swap(YAML, "solver:\n", "travel: {method: graph, graph: roads.graphml}\nsolver:\n")],
        'scenario.yaml:42:32 travel.graph: file "roads.graphml" not found',
    ),
    "unknown_kind_of_file": (
        [swap(YAML, "path: sales.csv", "path: sales.doc"), write("sales.doc", "x")],
        "scenario.yaml:11:11 data.sales.path: sales.doc: this is no kind of table that can be read; expected CSV (.csv), Parquet (.parquet), Excel (.xlsx), GeoJSON (.geojson) or GeoPackage (.gpkg)",
    ),
    "lock_of_an_unknown_rep": (
        [swap(YAML, "  within", "  locks: [{area: 11, rep: R9}]\n  within")],
        'scenario.yaml:38:27 territories.locks[1].rep: "R9" is no rep_id of the reps table; expected R1, R2, R3 or R4',
    ),
    "lock_of_an_unknown_area": (
        [swap(YAML, "  within", "  locks: [{area: Area 99, rep: R1}]\n  within")],
        'scenario.yaml:38:18 territories.locks[1].area: "Area 99" is neither an area_id nor a name of the areas table; did you mean "Area 23"?',
    ),
    "unknown_region_to_plan": (
        [swap(YAML, "data:\n", "data:\n  only_regions: [Nort]\n")],
        'scenario.yaml:8:18 data.only_regions[1]: "Nort" is no region of accounts, areas or districts; did you mean "North"?',
    ),
    "missing_column_nearly_there": (
        [swap("accounts.csv", "account_id", "Account-ID")],
        'scenario.yaml:8:3 data.accounts.columns: accounts.csv has no column "account_id"; is it "Account-ID"? then write account_id: Account-ID',
    ),
    "missing_column": (
        [swap("accounts.csv", "lon,", "x,")],
        'scenario.yaml:8:3 data.accounts.columns: accounts.csv has no column "lon"; its columns are account_id, name, x, lat, town, region and segment',
    ),
    "mapped_column_missing": (
        [swap(YAML, "    path: accounts.csv\n", "    path: accounts.csv\n    columns: {town: twon}\n")],
        'scenario.yaml:10:21 data.accounts.columns.town: accounts.csv has no column "twon"; did you mean "town"?',
    ),
    "mapping_of_an_unknown_name": (
        [swap(YAML, "    path: accounts.csv\n", "    path: accounts.csv\n    columns: {twon: town}\n")],
        'scenario.yaml:10:21 data.accounts.columns.twon: "twon" is no column of this table; did you mean "town"?',
    ),
    "wrong_separator": (
        [swap("accounts.csv", ",", ";", every=True)],
        'scenario.yaml:8:3 data.accounts.separator: accounts.csv: only one column found; is the separator ";"? then write separator: ";"',
    ),
    "wrong_encoding": (
        [write("reps.csv", b"rep_id,name,lon,lat\nR1,Ren\xe9,2,47\n")],
        'scenario.yaml:12:3 data.reps.encoding: reps.csv: row 2 is not utf-8 text; is the encoding cp1252? then write "encoding: cp1252"',
    ),
    "unknown_encoding": (
        [swap(YAML, "    path: accounts.csv\n", "    path: accounts.csv\n    encoding: utf-9\n")],
        'scenario.yaml:10:15 data.accounts.encoding: accounts.csv: "utf-9" is no known encoding, expected utf-8, cp1252 or another',
    ),
    "long_row": (
        [swap("accounts.csv", "Shop 3", "Shop, the third")],
        "accounts.csv:4: got 8 fields, expected 7 as in the header",
    ),
    "open_quote_in_a_table": (
        [swap("accounts.csv", "Shop 58", '"Shop 58')],
        "accounts.csv:59: got a quote mark, expected the end of the text in quotes, which never comes",
    ),
    "flat_shape": (
        [shape("Polygon", [[[2, 47], [2.1], [2, 47.1], [2, 47]]])],
        "scenario.yaml:17:13 data.areas.source.path: areas.geojson: a shape has a corner that is no pair of numbers",
    ),
    "column_twice": (
        [swap("accounts.csv", "town,region", "town,town")],
        'scenario.yaml:9:11 data.accounts.path: accounts.csv: the header names column "town" 2 times, expected it once',
    ),
    "empty_table_file": (
        [write("reps.csv", "")],
        "scenario.yaml:13:11 data.reps.path: reps.csv: the file is empty, expected a header and at least one row",
    ),
    "no_reps": ([write("reps.csv", "rep_id,name,lon,lat\n")], "reps.csv: the table has no rows, expected at least one"),
    "text_for_a_coordinate": (
        [cell("accounts.csv", 17, 3, "abc")],
        'accounts.csv:17 lon: got "abc", expected a number',
    ),
    "decimal_comma": (
        [swap("reps.csv", "2.0675", '"2,0675"')],
        'reps.csv:2 lon: got "2,0675", expected a number with "." as decimal mark; is the mark ","? then write decimal: ","',
    ),
    "thousands": (
        [cell("sales.csv", 9, 4, "1 200")],
        'sales.csv:9 sales: got "1 200", expected a number without marks between the thousands',
    ),
    "outside_the_globe": (
        [cell("accounts.csv", 4, 4, "147.02")],
        "accounts.csv:4 lat: got 147.02, expected a number from -90 to 90",
    ),
    "lon_and_lat_swapped": (
        [swap("accounts.csv", "lon,lat", "lat,lon")],
        "accounts.csv lon: accounts lie around lon 47.2, lat 2.3 and reps around lon 2.3, lat 47.2; are lon and lat swapped in one of the two tables?",
    ),
    "rep_without_position": (
        [cell("reps.csv", 2, 3, "")],
        "reps.csv:2 lon: got an empty cell, expected a number from -180 to 180 in every row",
    ),
    "negative_hours": (
        [cell("reps.csv", 3, 5, "-5")],
        "reps.csv:3 hours_per_week: got -5, expected a number above 0 and at most 100",
    ),
    "rep_id_twice": ([swap("reps.csv", "R2,", "R1,")], 'reps.csv:3 rep_id: got "R1" again, expected each id once'),
    "account_without_id": (
        [cell("accounts.csv", 6, 1, "")],
        "accounts.csv:6 account_id: got an empty cell, expected an id in every row",
    ),
    "current_area_without_rep": (
        [cell("alignment.csv", 3, 2, "")],
        "alignment.csv:3 rep_id: got an empty cell, expected an id in every row",
    ),
    "alignment_of_nothing": (
        [swap("alignment.csv", "area_id", "zone")],
        "scenario.yaml:20:3 data.current_alignment.columns: alignment.csv gives reps none of area_id, district or account_id; its columns are zone and rep_id; expected exactly one, named under columns",
    ),
    "unknown_weekday": (
        [write("reps.csv", "rep_id,name,lon,lat,working_days\nR1,Ada,2.1,47.1,mon tuesd\nR2,Ben,2.2,47.2,mon-thu\n")],
        'reps.csv:2 working_days: got "mon tuesd": "tuesd" is no day of the week, expected mon, tue, wed, thu, fri, sat, sun; did you mean "tue"?',
    ),
    "bad_opening_hours_of_an_account": (
        [
            swap("accounts.csv", "segment\n", "opening_hours\n"),
            swap("accounts.csv", ",A\n", ",mo-fr 9:00-8:00\n", every=True),
            swap("accounts.csv", ",B\n", ",\n", every=True),
        ],
        'accounts.csv:2 opening_hours: got "mo-fr 9:00-8:00": "9:00-8:00" ends before it starts; write spans over midnight as two (also rows 3, 7, 8, 12 and 19 more rows)',
    ),
    "unknown_segment": (
        [cell("accounts.csv", 9, 7, "D")],
        'accounts.csv:9 segment: got "D", expected one of the segments of the scenario: A or B',
    ),
    "day_month_or_month_day": (
        [swap("sales.csv", "2023-10-16", "16/10/2023", every=True)],
        'sales.csv:2 week: got "16/10/2023", expected a date such as 2026-01-31, since day and month cannot be told apart here (also rows 117, 232, 347, 462 and 115 more rows)',
    ),
    "no_such_day_in_a_table": (
        [cell("sales.csv", 3, 3, "2023-02-30")],
        'sales.csv:3 week: got "2023-02-30", expected a date such as 2026-01-31; there is no such day',
    ),
    "year_out_of_reach": (
        [cell("sales.csv", 3, 3, "0203-02-28")],
        'sales.csv:3 week: got "0203-02-28", expected a date between 1900 and 2200',
    ),
    "no_sales_in_a_row": (
        [cell("sales.csv", 3, 4, "")],
        "sales.csv:3 sales: got an empty cell, expected a number in every row",
    ),
    "lost_leading_zeros": (
        [swap("sales.csv", "\n0", "\n", every=True)],
        'sales.csv account_id: no account_id is in the accounts table: "01" here, "001" there; were leading zeros lost in one of the two tables?',
    ),
    "rep_of_an_unknown_region": (
        [cell("reps.csv", 2, 6, "Nort")],
        'reps.csv:2 region: got "Nort", expected one of the regions of accounts, areas and districts; did you mean "North"?',
    ),
    "event_in_an_unknown_region": (
        [swap("events.csv", "North", "Noth")],
        'events.csv:2 region: got "Noth", expected one of the regions of accounts, areas and districts; did you mean "North"?',
    ),
    "series_with_two_values_a_week": (
        [
            swap(YAML, "  events:\n", "  series: {path: series.csv}\n  events:\n"),
            write("series.csv", "series,week,value\nrain,2025-03-03,1\nrain,2025-03-05,2\n"),
        ],
        "series.csv:3 week: got 2025-03-03 again, expected one value a week for a series, region and category",
    ),
    "series_of_an_unknown_region": (
        [
            swap(YAML, "  events:\n", "  series: {path: series.csv}\n  events:\n"),
            write("series.csv", "series,week,value,region\nrain,2025-03-03,1,Noth\n"),
        ],
        'series.csv:2 region: got "Noth", expected one of the regions of accounts, areas and districts; did you mean "North"?',
    ),
    "plan_with_gaps": (
        [
            swap(YAML, "  events:\n", "  series: {path: series.csv}\n  events:\n"),
            swap(YAML, "  origins: 2\n", "  origins: 2\n  planned_series: [spend]\n"),
            write("series.csv", "series,week,value\nspend,2026-01-05,1\nspend,2025-12-29,1\n"),
        ],
        'scenario.yaml:26:20 forecast.planned_series[1]: "spend" has no value in 3 of 5 weeks to forecast, first in that of 2026-01-12; add them, or leave it out here, so that only its past is read',
    ),
    "plan_of_an_unknown_series": (
        [
            swap(YAML, "  events:\n", "  series: {path: series.csv}\n  events:\n"),
            swap(YAML, "  origins: 2\n", "  origins: 2\n  planned_series: [spend]\n"),
            write("series.csv", "series,week,value\nspent,2026-01-05,1\n"),
        ],
        'scenario.yaml:26:20 forecast.planned_series[1]: "spend" is no series of data.series; did you mean "spent"?',
    ),
    "plan_without_series": (
        [swap(YAML, "  origins: 2\n", "  origins: 2\n  planned_series: [spend]\n")],
        "scenario.yaml:25:3 forecast.planned_series: there is no table of series; name it under data.series",
    ),
    "event_of_negative_reach": (
        [
            write(
                "events.csv",
                "event_id,kind,start,end,lon,lat,reach_km\nE1,strike,2025-03-03,2025-03-09,2.1,47.1,-5\n"
                "E2,strike,2025-03-03,2025-03-09,2.1,47.1,0\n",
            )
        ],
        "events.csv:2 reach_km: got -5, expected a number above 0 and at most 20000 (also row 3 0)",
    ),
    "event_with_half_a_place": (
        [write("events.csv", "event_id,kind,start,end,lon,lat\nE1,strike,2025-03-03,2025-03-09,2.1,47.1\n")],
        "events.csv:2 reach_km: got no reach_km, expected lon, lat and reach_km together, or none of them for an event of a whole region",
    ),
    "shares_of_a_category": (
        [
            swap(YAML, "  events:\n", "  categories: {path: categories.csv}\n  events:\n"),
            write("categories.csv", "category,becomes,share\ntools,wear,0.5\n"),
        ],
        "categories.csv:2 share: got shares of 0.5, expected shares of one category and valid_from that sum to 1",
    ),
    "category_that_nobody_sells": (
        [
            swap(YAML, "  events:\n", "  categories: {path: categories.csv}\n  events:\n"),
            write("categories.csv", "category,becomes\ntool,wear\n"),
        ],
        'categories.csv:2 category: got "tool", expected one of the categories of the sales; did you mean "tools"?',
    ),
    "category_that_gives_way_twice": (
        [
            swap(YAML, "  events:\n", "  categories: {path: categories.csv}\n  events:\n"),
            write("categories.csv", "category,becomes\ntools,wear\nwear,parts\n"),
        ],
        'categories.csv:2 becomes: got "wear": which becomes "parts" on the same day; expected what it becomes in the end',
    ),
    "event_ends_before_it_starts": (
        [swap("events.csv", "2025-03-09", "2025-03-01")],
        "events.csv:2 end: got 2025-03-01, expected a day not before the start",
    ),
    "border_crosses_itself": (
        [shape("Polygon", [[[2, 47], [2.1, 47.1], [2.1, 47], [2, 47.1], [2, 47]]])],
        'areas.geojson:2 geometry: got a shape whose border crosses itself for area "00", expected a simple border; redraw it',
    ),
    "empty_shape": ([shape("Polygon", [])], 'areas.geojson:2 geometry: got no shape for area "00", expected a polygon'),
    "line_for_a_polygon": (
        [shape("LineString", [[2, 47], [2.1, 47.1]])],
        'areas.geojson:2 geometry: got points or lines for area "00", expected polygons',
    ),
    "metres_for_degrees": (
        [shape("Polygon", [[[6e5, 0], [6e5, 9], [600009, 9], [6e5, 0]]])],
        'areas.geojson:2 geometry: got a shape outside the globe for area "00", expected longitudes from -180 to 180 and latitudes from -90 to 90; are these metres?',
    ),
    "area_id_twice": (
        [swap("areas.geojson", '"area_id": "01"', '"area_id": "00"')],
        'areas.geojson:3 area_id: got "00" again, expected each id once',
    ),
    "no_geojson": (
        [write("areas.geojson", "hello")],
        "scenario.yaml:17:13 data.areas.source.path: areas.geojson: cannot be read as GeoJSON or GeoPackage; is it another kind of file?",
    ),
}


@pytest.mark.parametrize(("edits", "expected"), CASES.values(), ids=CASES)
def test_each_fault_has_its_one_clear_message(here, edits, expected):
    """One thing wrong, one message: file, row, column, what was found and what is expected."""
    for edit in edits:
        edit(here)
    assert told() == [expected]


def test_faults_of_events_are_told_at_once_whatever_their_kind(here):
    """A date that is none, a reach below 0, and names that other tables do not know."""
    write(
        "events.csv",
        "event_id,kind,start,end,region,category\nE1,strike,2025-13-03,2025-03-09,Nort,\nE2,strike,2025-03-03,2025-03-09,,Boltz\n",
    )(here)
    assert [text.split(":", 1)[1].split(":")[0] for text in told()] == ["2 region", "2 start", "3 category"]
