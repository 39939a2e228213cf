"""Lay out each rep's tours for `replan`, and take up what it has changed since a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.names import page_names
from maps.writers import write_text
from scenarios.assemble_tours import assemble_tours
from scenarios.everyday import ACCOUNT_FIELDS, FOLDER, INDEX, desk_bytes, index_text, make_desk, with_replanned
from scenarios.travel import travel_model

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from maps.bookmaking import TourPart
    from optimizer.tours.instance import TourInstance
    from optimizer.tours.plan import TourResult
    from scenarios.checking import CheckedData
    from scenarios.commands.chain import Chain
    from scenarios.everyday import Desk


def desk_files(rep_ids: Sequence[str]) -> dict[str, str]:
    """Name the file of each rep."""
    return {rep_id: f"{name}.json.gz" for rep_id, name in page_names(list(rep_ids)).items()}


def taken_up(
    chain: Chain,
    instances: Sequence[TourInstance],
    results: Sequence[TourResult],
    *,
    data: CheckedData,
    rules: pd.DataFrame,
    owners: Sequence[str],
    made_from: str,
) -> tuple[TourPart, tuple[Desk, ...]]:
    """Give the tours as they stand, and the desk of each rep.

    Tours that were read back give way to what `replan` has made of them since; those that were planned just now do not.
    """
    from maps.bookmaking import TourPart

    files = desk_files([instance.rep_id for instance in instances])
    scenario, housed = chain.loaded.scenario, chain.housed(data)
    everyone = (
        assemble_tours(housed, owners, rules, travel_model(scenario.travel), scenario, everyone=True)
        if (rules["visits"] == 0).any()
        else instances
    )
    reps = {
        str(rep["rep_id"]): {str(key): value for key, value in rep.items()}
        for rep in housed.reps[["rep_id", "name", "lon", "lat"]].to_dict("records")
    }
    rows = data.accounts[list(ACCOUNT_FIELDS)].to_dict("records")
    accounts = {str(row["account_id"]): {str(key): value for key, value in row.items()} for row in rows}
    desks = {
        instance.rep_id: make_desk(
            instance, whole, result, rep=reps[instance.rep_id], accounts=accounts, made_from=made_from
        )
        for instance, whole, result in zip(instances, everyone, results, strict=True)
    }
    if "tours" not in chain.seconds:
        instances, results, changed = with_replanned(chain.folder, files, instances, results, made_from=made_from)
        desks |= {desk.rep_id: desk for desk in changed}
    return TourPart(instances=instances, results=results), tuple(desks.values())


def save_desks(chain: Chain, staging: Path) -> None:
    """Write the desk of each rep and the index."""
    if not chain.desks:
        return
    files = desk_files([desk.rep_id for desk in chain.desks])
    loaded = chain.loaded
    write_text(
        staging / INDEX,
        index_text(files, loaded.resolved, chain.inputs, period_start=str(loaded.scenario.period.start)),
    )
    for desk in chain.desks:
        (staging / FOLDER / files[desk.rep_id]).write_bytes(desk_bytes(desk))
