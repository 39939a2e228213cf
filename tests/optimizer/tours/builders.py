"""Make small tour problems and routes for tests."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimizer.tours.instance import Place, TourInstance, VisitRule, WorkDay
from optimizer.tours.patterns import visit_patterns


def working_days(*, weeks: int = 1, per_week: int = 5, overtime: int = 0, lunch: int = 45) -> tuple[WorkDay, ...]:
    """Monday to at most Friday, 8:00 to 18:00, lunch to start between 11:45 and 13:30; 2026-01-05 is a Monday."""
    return tuple(
        WorkDay(
            day=7 * week + weekday,
            week=week,
            weekday=weekday,
            date=f"2026-01-{5 + 7 * week + weekday:02d}",
            start_minute=480,
            end_minute=1080,
            overtime_minutes=overtime,
            lunch_minutes=lunch,
            lunch_from=705,
            lunch_until=810,
        )
        for week in range(weeks)
        for weekday in range(per_week)
    )


def visit_rule(
    days: Sequence[WorkDay],
    *,
    account_id: str = "A",
    frequency: int = 1,
    patterns: tuple[tuple[int, ...], ...] | None = None,
    service: int = 30,
    windows: Sequence[tuple[int, int]] = ((480, 1080),),
    closed_weekdays: Sequence[int] = (),
    value: int = 100,
    must: bool = False,
) -> VisitRule:
    """One account, open on all days but some weekdays, with any single day as pattern unless told."""
    opening = tuple(() if day.weekday in closed_weekdays else tuple(windows) for day in days)
    if patterns is None:
        weeks = max(day.week for day in days) + 1
        patterns = visit_patterns(days, frequency, weeks, open_days=[bool(w) for w in opening])
    return VisitRule(
        account_id=account_id,
        frequency=frequency,
        patterns=patterns,
        service_minutes=service,
        windows=opening,
        visit_value=value,
        must=must,
    )


def tour_instance(
    days: tuple[WorkDay, ...],
    rules: Sequence[VisitRule],
    positions: Sequence[tuple[float, float]],
    *,
    week_minutes: int = 3_000,
    overtime_weight: int = 3,
    level_weight: int = 0,
    nights: Sequence[tuple[float, float]] = (),
    elsewhere: Sequence[tuple[float, float]] = (),
    night_weight: int = 30,
) -> TourInstance:
    """Accounts at positions in driving minutes from home at (0, 0), then places for the night and others."""
    points = np.array([(0.0, 0.0), *positions, *nights, *elsewhere])
    minutes = np.ceil(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))).astype(np.int64)
    return TourInstance(
        rep_id="R1",
        days=days,
        visits=tuple(rules),
        drive_minutes=minutes,
        drive_metres=1_000 * minutes,
        week_minutes=week_minutes,
        overtime_weight=overtime_weight,
        level_weight=level_weight,
        places=tuple(
            Place(name=f"P{k}", lon=x, lat=y, night=k <= len(nights))
            for k, (x, y) in enumerate([*nights, *elsewhere], start=1)
        ),
        night_weight=night_weight,
    )


OPENINGS = ([(480, 1080)], [(540, 720), (840, 1080)], [(480, 720)], [(600, 1140)], [(780, 960)])


def random_instance(
    seed: int,
    *,
    accounts: int,
    weeks: int = 1,
    per_week: int = 5,
    overtime: int = 0,
    lunch: int = 45,
    frequencies: Sequence[int] = (1, 2),
    spread: float = 60.0,
    longest_service: int = 90,
    week_minutes: int = 2_400,
    level_weight: int = 0,
    must_share: float = 0.1,
    extras: bool = False,
    nights: int = 0,
    elsewhere: bool = False,
) -> TourInstance:
    """Accounts around a few towns with random hours, frequencies, values and some musts.

    With `extras` also loads, promises, a last plan, minutes that are worked already, and prices of days; with `nights`
    that many towns, two at most, in which the rep may sleep after most days; with `elsewhere` days that begin or end at
    another place.
    """
    rng = np.random.default_rng(seed)
    days = working_days(weeks=weeks, per_week=per_week, overtime=overtime, lunch=lunch)
    towns = rng.uniform(-spread, spread, (max(2, accounts // 5), 2))
    positions = towns[rng.integers(len(towns), size=accounts)] + rng.normal(0, 4, (accounts, 2))
    rules = [
        visit_rule(
            days,
            account_id=f"A{i:03d}",
            frequency=int(rng.choice(frequencies)),
            service=int(rng.integers(15, longest_service)),
            windows=OPENINGS[rng.integers(len(OPENINGS))],
            closed_weekdays=[int(rng.integers(8))],
            value=int(rng.choice([20, 60, 150])),
            must=bool(rng.random() < must_share),
        )
        for i in range(accounts)
    ]
    others = [*towns[:nights].tolist(), *rng.uniform(-spread, spread, (2, 2)).tolist()] if nights or elsewhere else []
    if nights or elsewhere:
        days = tuple(
            replace(
                day,
                night_away=bool(nights and rng.random() < 0.8),
                start_place=nights + int(rng.integers(1, 3)) if elsewhere and rng.random() < 0.5 else 0,
                end_place=nights + int(rng.integers(1, 3)) if elsewhere and rng.random() < 0.5 else 0,
            )
            for day in days
        )
    instance = tour_instance(
        days,
        rules,
        [(float(x), float(y)) for x, y in positions],
        week_minutes=week_minutes,
        level_weight=level_weight,
        nights=others[:nights],
        elsewhere=others[nights:],
        night_weight=int(rng.integers(60)) if nights else 0,
    )
    return with_extras(instance, rng) if extras else instance


def with_extras(instance: TourInstance, rng: np.random.Generator) -> TourInstance:
    """Draw everything that most weeks do without."""
    rules = []
    for rule in instance.visits:
        last = rule.patterns[int(rng.integers(len(rule.patterns)))] if rule.patterns else ()
        promised = bool(last) and rng.random() < 0.2
        rules.append(
            replace(
                rule,
                load=int(rng.integers(4)),
                last_days=last,
                promised_days=last[:1] if promised else (),
                patterns=tuple(p for p in rule.patterns if last[0] in p) if promised else rule.patterns,
            )
        )
    weeks = max(day.week for day in instance.days) + 1
    return replace(
        instance,
        visits=tuple(rules),
        van_load=int(rng.integers(4, 9)),
        change_weight=int(rng.integers(20)),
        weekday_weight=int(rng.integers(20)),
        level_days_weight=int(rng.integers(2)) if instance.level_weight else 0,
        worked_minutes=tuple(int(m) for m in rng.integers(0, 300, size=weeks)),
    )
