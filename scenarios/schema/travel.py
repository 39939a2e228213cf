"""Define the keys of drive minutes."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from scenarios.schema.values import Minutes, Section


class TravelMethod(StrEnum):
    """Where drive minutes come from."""

    STRAIGHT_LINE = "straight_line"
    GRAPH = "graph"
    OSRM = "osrm"


class RoadEngineName(StrEnum):
    """What finds the quickest ways."""

    SCIPY = "scipy"
    CCH = "cch"


class Travel(Section):
    """Drive minutes and kilometres."""

    method: TravelMethod = TravelMethod.STRAIGHT_LINE
    """`straight_line` (distance × circuity at a speed that grows with distance) or `graph` (a road network) or `osrm`
    (a routing server)."""
    graph: str = ""
    """Road network, relative to the scenario: an OpenStreetMap extract (.osm.pbf) or a GraphML file made by OSMnx."""
    place: str = ""
    """Instead of `graph`: a place such as `Andorra` or `Lyon, France`, whose roads OSMnx downloads from OpenStreetMap
    once; later runs read what was downloaded."""
    osrm: str = ""
    """Address of an OSRM server with the profile driving, such as http://localhost:5000."""
    engine: RoadEngineName = RoadEngineName.SCIPY
    """`scipy`, or `cch` (contraction hierarchies, many times quicker on large networks; needs the extra `roads`)."""
    circuity: Annotated[float, Field(ge=1.0, le=3.0)] = 1.3
    """Road distance over straight line."""
    town_kmh: Annotated[float, Field(gt=0.0, le=200.0)] = 35.0
    """Speed on the first ten kilometres."""
    country_kmh: Annotated[float, Field(gt=0.0, le=200.0)] = 80.0
    """Speed beyond them."""
    speed_factor: Annotated[float, Field(gt=0.0, le=5.0)] = 1.0
    """Multiplies all speeds."""
    parking_minutes: Minutes = 3
    """Added to each drive that ends at an account."""
