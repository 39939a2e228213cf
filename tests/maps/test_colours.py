"""Neighbouring territories have clearly different colours."""

import numpy as np
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


def test_most_colours_stay_when_a_territory_goes() -> None:
    """The next plan should look familiar."""
    fewer = {name: shape for name, shape in SHAPES.items() if name != "T-3-3"}
    before, after = territory_colours(SHAPES), territory_colours(fewer)
    kept = [before[name] == after[name] for name in fewer]
    assert np.mean(kept) > 0.7


def test_the_order_of_the_shapes_does_not_matter() -> None:
    """Colours depend on ids and places."""
    assert territory_colours(SHAPES) == territory_colours(dict(reversed(SHAPES.items())))
