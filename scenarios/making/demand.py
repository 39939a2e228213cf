"""Make the weekly demand of each region and category: trend, season, holidays, events and chance."""

import datetime as dt
from typing import Final

import holidays
import numpy as np
import pandas as pd
from numpy.typing import NDArray

FIRST_WEEK: Final = np.datetime64("2022-12-26")
"""Recorded only from its last day on: incomplete."""
LAST_WEEK: Final = np.datetime64("2025-12-29")
"""Recorded only on its first day: incomplete."""
WEEKS: Final = np.arange(FIRST_WEEK, LAST_WEEK + np.timedelta64(1, "D"), np.timedelta64(7, "D"))
CATEGORIES: Final = ("Lifting", "Power tools", "Safety", "Spare parts")
SEASON: Final = {"Lifting": (0.22, 20), "Power tools": (0.26, 14), "Safety": (0.16, 40), "Spare parts": (0.10, 26)}
"""Amplitude of the yearly wave and the ISO week of its top."""
AUGUST: Final = {"Lifting": 0.55, "Power tools": 0.70, "Safety": 0.65, "Spare parts": 0.75}
"""What the first three weeks of August leave of demand."""
SCHOOL_EFFECT: Final = -0.07
EVENT_COLUMNS: Final = ["event_id", "kind", "start", "end", "region", "category", "name"]
EVENTS: Final = (
    ("E01", "port strike", "2023-03-06", "2023-03-26", "Normandie", "", "Grève au port du Havre"),
    ("E02", "port strike", "2024-10-07", "2024-11-03", "Normandie", "", "Grève au port du Havre"),
    ("E03", "port strike", "2026-02-09", "2026-02-22", "Normandie", "", "Grève au port du Havre (préavis)"),
    (
        "E04",
        "trade fair",
        "2023-03-13",
        "2023-03-19",
        "Auvergne-Rhône-Alpes",
        "Power tools",
        "Salon de l'outillage, Lyon",
    ),
    (
        "E05",
        "trade fair",
        "2024-03-18",
        "2024-03-24",
        "Auvergne-Rhône-Alpes",
        "Power tools",
        "Salon de l'outillage, Lyon",
    ),
    (
        "E06",
        "trade fair",
        "2025-03-17",
        "2025-03-23",
        "Auvergne-Rhône-Alpes",
        "Power tools",
        "Salon de l'outillage, Lyon",
    ),
    (
        "E07",
        "trade fair",
        "2026-03-16",
        "2026-03-22",
        "Auvergne-Rhône-Alpes",
        "Power tools",
        "Salon de l'outillage, Lyon",
    ),
    ("E08", "competitor", "2025-04-07", "2026-12-27", "Hauts-de-France", "Safety", "Ouverture d'un concurrent à Lille"),
    ("E09", "storm", "2023-11-02", "2023-11-12", "Bretagne", "", "Tempête de novembre"),
    ("E10", "storm", "2023-11-02", "2023-11-12", "Normandie", "", "Tempête de novembre"),
    ("E11", "storm", "2025-01-27", "2025-02-09", "Bretagne", "", "Crues d'Ille-et-Vilaine"),
    ("E12", "games", "2024-07-15", "2024-09-08", "Île-de-France", "", "Jeux d'été: chantiers arrêtés"),
    (
        "E13",
        "building site",
        "2025-05-05",
        "2026-06-28",
        "Occitanie",
        "Lifting",
        "Chantier de la ligne à grande vitesse",
    ),
)
"""What happens where and when; an empty category means all of them."""
EFFECTS: Final = {
    "port strike": (-0.45, 0.18, 3),
    "trade fair": (0.55, 0.12, 2),
    "competitor": (-0.26, 0.0, 0),
    "storm": (0.60, 0.20, 3),
    "games": (-0.22, 0.08, 2),
    "building site": (0.22, 0.0, 0),
}
"""Change of demand during an event, and in how many weeks after it."""


def make_events() -> pd.DataFrame:
    """Give the events as a table with EVENT_COLUMNS."""
    return pd.DataFrame(EVENTS, columns=EVENT_COLUMNS)


def make_demand(rng: np.random.Generator, zones: pd.Series) -> NDArray[np.float64]:
    """Make demand relative to an average week of the first year.

    Parameters
    ----------
    zones
        School holiday zone (A, B or C) by region, index sorted.

    Returns
    -------
    Shape (regions, categories, weeks).
    """
    demand = np.empty((len(zones), len(CATEGORIES), len(WEEKS)))
    years = (WEEKS - FIRST_WEEK).astype(np.float64) / 365.25
    days_left = _working_days() / 5.0
    for r, (region, zone) in enumerate(zones.items()):
        school = 1 + SCHOOL_EFFECT * _school_share(str(zone))
        for c, category in enumerate(CATEGORIES):
            yearly = rng.normal(0.025, 0.025)
            wobble = _autoregressive(rng, scale=0.025, memory=0.6)
            demand[r, c] = (1 + yearly) ** years * _season(category) * days_left * school * np.exp(wobble)
            demand[r, c] *= _event_factor(str(region), category)
    return demand


def _season(category: str) -> NDArray[np.float64]:
    """Give the yearly wave of a category with its hole in August and at Christmas."""
    amplitude, top = SEASON[category]
    week = np.array([day.astype(dt.date).isocalendar().week for day in WEEKS])
    wave = 1 + amplitude * np.cos(2 * np.pi * (week - top) / 52.18)
    return np.asarray(
        wave * np.where((week >= 32) & (week <= 34), AUGUST[category], 1.0) * np.where(week >= 52, 0.75, 1.0)
    )


def _working_days() -> NDArray[np.float64]:
    """Count Mondays to Fridays per week; a national holiday costs half a day, the rest is made up around it."""
    public = holidays.country_holidays("FR", years=range(2022, 2027))
    days = WEEKS[:, None] + np.arange(5).astype("timedelta64[D]")
    off = np.array([[day in public for day in week] for week in days.astype(object)])
    return np.asarray(5.0 - 0.5 * off.sum(axis=1))


def _school_share(zone: str) -> NDArray[np.float64]:
    """Give the share of each week's working days that are school holidays of a zone."""
    school = holidays.country_holidays("FR", subdiv=f"Zone {zone}", years=range(2022, 2027), categories=("school",))
    days = WEEKS[:, None] + np.arange(5).astype("timedelta64[D]")
    closed = np.array([[day in school for day in week] for week in days.astype(object)])
    return np.asarray(closed.mean(axis=1), dtype=np.float64)


def _autoregressive(rng: np.random.Generator, *, scale: float, memory: float) -> NDArray[np.float64]:
    """Draw a chain of weekly shocks that remember the week before."""
    chain = np.empty(len(WEEKS))
    state = 0.0
    for week, shock in enumerate(rng.normal(0.0, scale, len(WEEKS))):
        state = memory * state + shock
        chain[week] = state
    return chain


def _event_factor(region: str, category: str) -> NDArray[np.float64]:
    """Multiply the effects of all events of a region and category."""
    factor = np.ones(len(WEEKS))
    for _, kind, start, end, where, what, _ in EVENTS:
        if where != region or what not in ("", category):
            continue
        during, after, weeks_after = EFFECTS[kind]
        first, last = np.datetime64(start), np.datetime64(end)
        share = np.clip((np.minimum(last, WEEKS + 6) - np.maximum(first, WEEKS)).astype(np.float64) + 1, 0, 7) / 7
        factor *= 1 + during * share
        factor *= np.where((last < WEEKS) & (last + 7 * weeks_after >= WEEKS), 1 + after, 1.0)
    return factor
