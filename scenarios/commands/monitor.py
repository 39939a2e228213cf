"""Compare the forecast of an earlier run with the sales that came since, and raise an alarm where it fails."""

import argparse
from pathlib import Path
from typing import Final

from scenarios.commands import exits
from scenarios.commands.words import add_folder, add_scenario

HELP: Final = "compare the forecast of an earlier run with the sales that came since"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options."""
    add_scenario(parser)
    add_folder(parser, told="folder of the comparison; out/monitor-<name> by default")
    parser.add_argument(
        "--actuals",
        type=Path,
        required=True,
        metavar="FILE",
        help="sales that came since, a table laid out as the scenario's own sales",
    )
    parser.add_argument(
        "--run", type=Path, metavar="DIR", help="folder of the run whose forecast is watched; out/<name> by default"
    )


def answer(arguments: argparse.Namespace) -> int:
    """Write and print the comparison; exit code 1 when an alarm is raised."""
    from forecasting.drift import input_drift
    from forecasting.learned import advice_on_versions
    from forecasting.monitoring import watch_forecast
    from maps.console import Console
    from maps.folder import check_output_folder, staged_output
    from maps.languages.speaking import say
    from maps.monitor_page import Watched, inputs_csv, monitor_csv, monitor_page, monitor_text, versions_csv
    from maps.writers import write_text
    from scenarios.actuals import compare_weeks
    from scenarios.commands.chain import load_named
    from scenarios.faults import Fault, ScenarioError
    from scenarios.former_versions import versions_beside
    from scenarios.saved import read_forecast

    loaded = load_named(arguments)
    name = loaded.scenario.name
    run = arguments.run or Path("out", name)
    folder = arguments.out or Path("out", f"monitor-{name}")
    check_output_folder(folder)
    found = read_forecast(run)
    if found is None:
        text = f"holds no forecast; make one first: python run_scenario.py {loaded.path}, or name its folder with --run"
        raise ScenarioError([Fault(file=str(run), key="--run", message=text)])
    forecast, made_from = found
    actuals = compare_weeks(forecast, arguments.actuals, loaded)
    watch = watch_forecast(
        actuals.forecast,
        actuals.sales,
        earlier=forecast.residuals,
        inputs=input_drift(forecast.history, actuals.sales),
    )
    versions = versions_beside(loaded, run, forecast, actuals)
    watched = Watched(
        name=name,
        currency=loaded.scenario.currency,
        version=forecast.version or made_from,
        versions=versions,
        language=loaded.scenario.outputs.language,
        table=watch.table,
        advice=(*watch.advice, *advice_on_versions(versions, forecast.version, alarmed=bool(watch.alarmed))),
        notes=actuals.notes,
        forecast=actuals.forecast,
        sales=actuals.sales.groupby(["region", "week"])["sales"].sum().reset_index(),
        inputs=watch.inputs,
        history=forecast.history.groupby(["region", "week"], observed=True)["sales"].sum().reset_index(),
    )
    with staged_output(folder) as staging:
        write_text(staging / "monitor.csv", monitor_csv(watched))
        write_text(staging / "drift.csv", inputs_csv(watched))
        write_text(staging / "versions.csv", versions_csv(watched))
        write_text(staging / "monitor.html", monitor_page(watched))
    page = folder / "monitor.html"
    console = Console(quiet=arguments.quiet, language=watched.language)
    console.tell(lambda: f"{monitor_text(watched)}\n\n{say(f'Open {page}')}")
    return exits.ALARM if watch.alarmed else exits.DONE
