"""Texts are found in the catalogue as they stand or with values in them."""

import datetime as dt

import pytest

from maps.languages.catalogue import catalogue, read_po
from maps.languages.speaking import noting_unknown, say, script_words, speaking
from maps.words import date_text, day_text, money_text, number_text, percent_text, signed_percent_text


def test_a_catalogue_is_read_as_gettext_writes_it() -> None:
    """Comments, a heading, and texts over several lines."""
    head = '# hello\nmsgid ""\nmsgstr ""\n"Language: fr\\n"\n'
    text = f'{head}\n#: x.py:1\nmsgid "two "\n"lines"\nmsgstr "deux \\"lignes\\""\n'
    assert read_po(text) == {"two lines": 'deux "lignes"'}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "'a' is translated twice"),
        ('msgid "a"\nmsgstr ""\n', "'a' is translated nowhere"),
    ],
)
def test_a_catalogue_with_gaps_is_refused(text: str, fault: str) -> None:
    """Each text once, each with its translation."""
    with pytest.raises(ValueError, match=fault):
        read_po(text)


def test_every_translation_has_the_places_of_its_text() -> None:
    """No value gets lost, none is asked for that is not there."""
    places = lambda text: sorted(part.partition("}")[0] for part in text.split("{")[1:])  # noqa: E731 - twice
    assert [text for text, other in catalogue("fr").exact.items() if places(text) != places(other)] == []


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("All regions", "Toutes les régions"),
        ("3 of 12", "3 sur 12"),
        ("48 of 48", "48 sur 48"),
        ("furthest off: potential +9.1 %, workload −3.0 %", "plus grand écart : potentiel +9,1 %, charge −3,0 %"),
        ("Territories of A of B", "Secteurs de A of B"),
        ("Nothing to draw. Nothing found", "Rien à dessiner. Rien trouvé"),
        (
            "R1: potential 12.3 % above target, 10 % allowed (2 k EUR too much)",
            "R1 : potentiel 12,3 % au-dessus de la cible, 10 % permis (2 k EUR de trop)",
        ),
        (
            "no time left: the cheapest day would need 12 more minutes (week 2 Friday)",
            "plus de temps : le jour le moins cher demanderait 12 minutes de plus (semaine 2, vendredi)",
        ),
        (
            "Errors have shifted in A, B: forecast anew soon.",
            "Les erreurs ont dérivé : A, B. Refaites bientôt la prévision.",
        ),
        (
            "What the forecast learns from has shifted, mix of categories: A. Look for a cause, and forecast anew.",
            "Ce dont elle apprend a dérivé, répartition entre catégories : A. Cherchez une cause, puis refaites-la.",
        ),
        (
            "sales are 29% above the forecast, week after week; only 0 of 8 weeks lie between P10 and P90",
            "ventes 29 % au-dessus de la prévision, semaine après semaine ; entre P10 et P90 : 0 semaines sur 8",
        ),
        (
            "Not enough history to compare models: all follow last year, so theta is used (WAPE 11.4%).",
            "Pas assez d'historique pour comparer les modèles : tous suivent l'an dernier, d'où theta (WAPE 11,4 %).",
        ),
        ("0.31 (limit 0.62)", "0,31 (limite 0,62)"),
    ],
)
def test_texts_are_said_in_french(english: str, french: str) -> None:
    """As they stand, with values, sentence by sentence; numbers get their comma."""
    assert say(english) == english
    with speaking("fr"):
        assert say(english) == french
        assert say(say(english)) == french


def test_what_is_not_known_stays_and_is_noted() -> None:
    """Names and foreign sentences go through as they are."""
    with speaking("fr"), noting_unknown() as unknown:
        assert say("Nothing found; blue cheese is fine") == "Nothing found; blue cheese is fine"
        assert say("12.5 km") == "12,5 km"
    assert unknown == ["Nothing found;", "blue cheese is fine"]


def test_numbers_dates_and_money_take_the_readers_form() -> None:
    """Comma, weekday and month names, the euro's sign after the amount."""
    with speaking("fr"):
        assert number_text(1234.5, 1) == "1\u202f234,5"
        assert percent_text(0.031) == "3,1 %"
        assert [signed_percent_text(share) for share in (0.031, -0.031, 0.0)] == ["+3,1 %", "−3,1 %", "0,0 %"]
        assert money_text(1_240_000, "EUR") == "1,24 M€"
        assert money_text(940, "EUR") == "940 €"
        assert money_text(82_400, "CHF") == "82,4 k CHF"
        assert day_text(dt.date(2026, 1, 5)) == "lun. 5 janv."
        assert date_text(dt.date(2026, 2, 1)) == "1er févr. 2026"
    assert money_text(1_240_000, "EUR") == "1.24 M EUR"


def test_a_script_whose_text_is_not_translated_is_refused() -> None:
    """A page with English in it is not written as a French one."""
    assert script_words("say('Homes')") == {}
    with speaking("fr"):
        assert script_words("el(say('Homes'), say('{n} stops', {n: 3}))") == {
            "Homes": "Domiciles",
            "{n} stops": "{n} arrêts",
        }
        with pytest.raises(KeyError, match="blue cheese"):
            script_words("say('blue cheese')")
