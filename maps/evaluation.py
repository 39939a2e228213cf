"""Put the measures of a given alignment into words."""

from collections.abc import Sequence

import pandas as pd

from maps.languages.speaking import say, say_lines
from maps.words import number_text, percent_text
from optimizer.solving import Term, Violation


def evaluation_text(
    territories: pd.DataFrame, terms: Sequence[Term], violations: Sequence[Violation], *, notes: Sequence[str] = ()
) -> str:
    """Write a line per territory, the objective, and every broken rule.

    Parameters
    ----------
    territories
        As in `maps.book.PlanBook.territories`.
    notes
        What the planner should know beside the figures.
    """
    deviations = [column for column in territories.columns if column.endswith("_deviation")]
    head = [
        "territory",
        "areas",
        "accounts",
        *(column.removesuffix("_deviation") for column in deviations),
        "contiguous",
        "inside",
    ]
    rows = [
        [
            str(row["territory_id"]),
            number_text(row["areas"]),
            number_text(row["accounts"]),
            *(f"{'+' if row[column] >= 0 else '−'}{percent_text(abs(row[column]))}" for column in deviations),
            say("yes" if row["contiguous"] else "NO"),
            say("yes" if row["inside_tolerance"] else "NO"),
        ]
        for row in territories.to_dict("records")
    ]
    head = [say(name) for name in head]
    widths = [max(len(line[i]) for line in [head, *rows]) for i in range(len(head))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in [head, *rows]]
    said = ["", *(f"{term.name}: {number_text(term.value)} {term.unit} × {term.weight:g}" for term in terms)]
    said.append(f"objective: {number_text(sum(term.contribution for term in terms))}")
    said += notes
    broken = f"{len(violations)} broken rules" if len(violations) > 1 else "1 broken rule"
    said += ["", broken if violations else "No rule is broken."]
    said += [f"  {violation.text}" for violation in violations]
    return "\n".join([*lines, say_lines("\n".join(said))])
