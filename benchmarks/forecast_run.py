"""Time the forecast of a scenario by the product's own path: loading and checking, then all forecasts and potential."""

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

LARGEST_CHECK_SECONDS, LARGEST_FORECAST_SECONDS, LARGEST_PEAK_GB = 20.0, 60.0, 3.0
"""What is asked of Iowa's 4.4 million rows on 2 cores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What one stage took."""

    stage: str
    what: str
    seconds: float
    cpu_seconds: float
    peak_gb: float
    limit_seconds: float

    def as_dict(self) -> dict[str, str | float]:
        """Give plain data, rounded for reading."""
        return {name: round(value, 2) if isinstance(value, float) else value for name, value in asdict(self).items()}


def run_case(scenario: Path) -> list[Stage]:
    """Read, check and repair the tables of a scenario, then forecast them and share potential out to accounts.

    The forecast holds the backtest, reconciliation, intervals, drivers and potential, and is saved as a run saves it.

    Raises
    ------
    ScenarioError
        What is wrong with the scenario or its tables.
    """
    from scenarios.commands.chain import Chain  # noqa: PLC0415 - after the arguments, as the command does
    from scenarios.workload import visit_rules  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        arguments = argparse.Namespace(scenario=scenario, sets=[], overrides=[], out=Path(folder))
        watch = _Watch()
        chain = Chain.begin(arguments, quiet=True)
        data = chain.check()
        checked = watch.stage("load and check", f"{len(data.accounts):,} accounts kept", LARGEST_CHECK_SECONDS)
        part = chain.sales_forecast(data, visit_rules(data.accounts, chain.loaded.scenario))
        series = len(part.table.groupby(["region", "category"], observed=True))
        weeks = part.table["week"].nunique()
        what = f"{series} series × {weeks} weeks, shared out to {len(part.potential):,} accounts"
        return [checked, watch.stage("forecast and potential", what, LARGEST_FORECAST_SECONDS)]


def print_stages(stages: list[Stage]) -> None:
    """Print a line a stage, and which limits were passed."""
    for stage in stages:
        told = "" if stage.seconds <= stage.limit_seconds else "  MISSED"
        print(
            f"{stage.stage:<24}{stage.seconds:>7.1f} s of {stage.limit_seconds:.0f} s, {stage.cpu_seconds:.1f} CPU s: "
            f"{stage.what}{told}"
        )
    peak = max(stage.peak_gb for stage in stages)
    print(f"peak memory {peak:.2f} GB of {LARGEST_PEAK_GB:.0f} GB{'' if peak <= LARGEST_PEAK_GB else '  MISSED'}")


class _Watch:
    """Stop clock and processor time from one stage to the next."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def stage(self, name: str, what: str, limit: float) -> Stage:
        """Give what passed since the last stage."""
        clock, cpu = time.perf_counter(), time.process_time()
        unit = 1024**3 if sys.platform == "darwin" else 1024**2
        made = Stage(
            stage=name,
            what=what,
            seconds=clock - self._clock,
            cpu_seconds=cpu - self._cpu,
            peak_gb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
            limit_seconds=limit,
        )
        self._clock, self._cpu = clock, cpu
        return made
