"""Quality is told by region, with a score that follows its formula."""

import json

import pandas as pd

from scenarios.quality import DataQuality, region_scores
from scenarios.quality_log import QualityLog
from scenarios.quality_summary import sum_up


def findings_of(*rows: tuple[str, str, float]) -> pd.DataFrame:
    """Return findings of (region, severity, share)."""
    return pd.DataFrame(rows, columns=["region", "severity", "share"])


def test_score_falls_with_severity_and_extent() -> None:
    """A warning about a quarter costs 15 points, an error 40, a little a tenth or half of that."""
    scores = region_scores(
        findings_of(
            ("a", "warning", 0.25), ("b", "error", 1.0), ("c", "warning", 0.0), ("d", "info", 1.0), ("e", "error", 0.0)
        ),
        ["a", "b", "c", "d", "e", "f"],
    )
    assert scores.to_dict() == {"a": 85.0, "b": 60.0, "c": 98.5, "d": 100.0, "e": 80.0, "f": 100.0}


def test_score_never_falls_below_zero() -> None:
    """Many errors are zero."""
    assert region_scores(findings_of(*[("a", "error", 1.0)] * 5), ["a"]).tolist() == [0.0]


def test_sentences_follow_the_number() -> None:
    """One account has, two accounts have."""
    log = QualityLog()
    log.about_accounts("gap", "warning", ["a", "b", "c"], "{n} account{s} {has} lost {their} way.")
    found = log.findings({"a": "North", "b": "South", "c": "South"}, {"account": {"North": 10, "South": 4}})
    assert found["text"].tolist() == ["1 account has lost its way.", "2 accounts have lost their way."]
    assert found["share"].tolist() == [0.1, 0.5]


def test_nothing_is_noted_about_nobody() -> None:
    """A check that finds nothing leaves no row."""
    log = QualityLog()
    log.about_accounts("gap", "warning", [], "{n}")
    log.repaired("rule", "accounts", [], "", "")
    assert len(log.findings({}, {})) == 0
    assert len(log.repairs({})) == 0


def test_json_is_plain_and_repeats() -> None:
    """The dict survives JSON unchanged and holds every repair."""
    log = QualityLog()
    log.repaired("missing_position", "accounts", ["a", "b"], "missing", [1.5, 2.0])
    accounts = pd.DataFrame({"region": ["North", "North"], "status": ["customer", "prospect"]})
    sales = pd.DataFrame(
        {"account_id": pd.Categorical(["a"], ["a", "b"]), "week": pd.to_datetime(["2024-01-01"]), "sales": [3.0]}
    )
    places = pd.DataFrame({"region": ["North"]})
    quality = sum_up(
        log,
        accounts,
        sales,
        areas=places,
        reps=places,
        region_of={"a": "North", "b": "North"},
        regions=["North", "South"],
    )
    assert isinstance(quality, DataQuality)
    plain = quality.to_json()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["repairs_by_rule"] == [{"rule": "missing_position", "table": "accounts", "count": 2}]
    assert [row["after"] for row in plain["repairs"]] == ["1.5", "2"]
    assert plain["regions"][0] == {
        "region": "North",
        "accounts": 2,
        "customers": 1,
        "prospects": 1,
        "sales_rows": 1,
        "weeks": 1,
        "sales": 3.0,
        "findings": 0,
        "repairs": 2,
        "quality": 100.0,
    }
