"""Neighbouring territories have clearly different colours."""

import numpy as np
import pytest
from shapely.geometry import box

from maps.colours import CLEARLY_DIFFERENT, PALETTE, colour_distances, neighbours, territory_colours

SHAPES = {f"T-{row}-{column}": box(column, row, column + 1, row + 1) for row in range(8) for column in range(8)}


def test_neighbours_differ_for_every_eye() -> None:
    """Also where four territories meet at a corner."""
    colours = territory_colours(SHAPES)
    apart = colour_distances()
    for name, others in neighbours(SHAPES).items():
        for other in others:
            places = PALETTE.index(colours[name]), PALETTE.index(colours[other])
            assert apart[places] >= CLEARLY_DIFFERENT


def test_territories_of_one_colour_do_not_share_a_neighbour() -> None:
    """Where 25 around a territory have to make do with twenty colours, nearly all are apart."""
    colours, beside = territory_colours(SHAPES), neighbours(SHAPES)
    pairs = {(name, far) for name in beside for other in beside[name] for far in beside[other] if far != name}
    assert np.mean([colours[name] != colours[far] for name, far in sorted(pairs)]) > 0.95


def test_corners_count_as_neighbours() -> None:
    """A territory in the middle has eight."""
    assert len(neighbours(SHAPES)["T-3-3"]) == 8


@pytest.mark.parametrize("gone", ["T-3-3", "T-0-0", "T-5-6"])
def test_most_colours_stay_when_a_territory_goes_or_comes(gone: str) -> None:
    """The next plan should look familiar, seen from either side."""
    fewer = {name: shape for name, shape in SHAPES.items() if name != gone}
    before, after = territory_colours(SHAPES), territory_colours(fewer)
    kept = [before[name] == after[name] for name in fewer]
    assert np.mean(kept) > 0.85


def test_colours_stay_when_reps_are_numbered_anew() -> None:
    """They go by where a rep lives, not by what the rep is called."""
    homes = {name: (shape.centroid.x, shape.centroid.y) for name, shape in SHAPES.items()}
    anew = {name: f"T-{1000 - number}" for number, name in enumerate(SHAPES)}
    after = territory_colours(
        {anew[name]: shape for name, shape in SHAPES.items()}, {anew[name]: home for name, home in homes.items()}
    )
    assert {name: after[anew[name]] for name in SHAPES} == territory_colours(SHAPES, homes)


def test_the_order_of_the_shapes_does_not_matter() -> None:
    """Colours depend on ids and places."""
    assert territory_colours(SHAPES) == territory_colours(dict(reversed(SHAPES.items())))
