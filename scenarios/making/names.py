"""Invent trade names that could stand over a French builder's yard."""

from typing import Final

import numpy as np


def _words(text: str) -> tuple[str, ...]:
    """Part a text at its spaces; an underscore stands for a space inside a name."""
    return tuple(word.replace("_", " ") for word in text.split())


SURNAMES: Final = _words("""
    Lefèvre Béranger Crèvecœur L'Huillier D'Hérouville Marchand Gauthier Noël Fontaine Le_Goff Kervella
    Le_Gall Schmitt Müller Weber Dupré Châtelain Maïs Forestier Roux Garnier Pélissier Bonnefoy Delahaye
    Vandamme Delattre Lecœur Quémener Etcheverry Ibarra Castéra Puech Cazenave Rouvière Fabre Ginoux Giraud
    Rossi Mancini Allègre Blanchet Brissaud Charpentier Colin Côté Desprès Ducœur Faÿ Février Gérard Hénaff
    Jacquemin Jouët Labbé Lamérand Langlois Mercœur Moreau Naudet Olivier Péron Prévost Quénel Rémond Sénéchal
    Thévenet Urbain Vallée Vigneau Wagner Ybert Zimmermann Aubépin Barthélemy Cœurdacier Daguerre Évrard
    Fournier Guérin Hébrard Imbert Joséphine
""")
FIRST_NAMES: Final = _words("""
    Camille Inès Hugo Léa Zoé Noé Maël Chloé Anaïs Éloïse Gaëtan Jérôme Loïc Maïwenn Nathan Océane Pauline
    Quentin Raphaël Solène Théo Ulysse Valérie William Xavier Yann Adèle Benoît Cécile Désiré Élise Fabien
    Gisèle Hélène Irène Joël Karine Lucie Mathéo Noémie Odile Pénélope Rémi Stéphane Thérèse Ursula Véronique
    Yvan
""")
LAST_NAMES: Final = _words("""
    Abadie Bernard Carpentier Dupont Esnault Ferrand Gros Huet Izard Jourdan Klein Lambert Meunier Nguyen
    Ollivier Picard Quéré Renard Simon Tessier Uzan Vidal Wolff Yver Arnaud Boyer Chevalier Diallo Étienne
    François Guillou Haddad Ivanov Joly Keller Legrand Martel Nicolas Ozanne Poulain Rey Sabatier Traoré
    Vasseur Weiss Benali Caron Da_Silva
""")
TRADES: Final = {
    "Gros œuvre": ("Maçonnerie", "Bâtiment", "Constructions", "Terrassement", "Travaux Publics", "Gros Œuvre"),
    "Second œuvre": ("Menuiserie", "Plâtrerie", "Électricité", "Plomberie", "Couverture", "Peintures"),
    "Charpente": ("Charpente", "Levage", "Ossature Bois", "Métallerie", "Chaudronnerie"),
    "Location": ("Location", "Matériel", "Nacelles", "Échafaudages"),
    "Industrie": ("Ateliers", "Fonderie", "Usinage", "Chantier Naval", "Papeterie"),
    "Collectivité": ("Services Techniques", "Régie", "Syndicat des Eaux", "Centre Technique"),
}
"""Sectors of the firm's customers and the trades that appear in their names."""
FORMS: Final = ("Ets", "SARL", "Société", "Entreprise", "SAS", "L'Atelier", "Groupe")
TAILS: Final = ("& Fils", "& Cie", "Frères", "et Associés", "BTP", "Père & Fils", "– Agence {town}", "du {side}")
VOWELS: Final = "AEIOUÉÈÎHŒ"
SIDES: Final = ("Nord", "Midi", "Littoral", "Val d'Or", "Vieux Pont", "Haut-Pays", "Canal", "Moulin")


def trade_name(rng: np.random.Generator, sector: str, town: str) -> str:
    """Invent one name for a firm of a sector in a town."""

    def pick(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(len(words)))]

    surname, trade = pick(SURNAMES), pick(TRADES[sector])
    if sector == "Collectivité":
        return f"{trade} – Ville d'{town}" if town[0] in VOWELS else f"{trade} – Ville de {town}"
    tail = pick(TAILS).format(town=town, side=pick(SIDES))
    patterns = [f"{surname} {trade}", f"{pick(FORMS)} {surname} {tail}", f"{trade} {surname} {tail}", f"{trade} {tail}"]
    if surname[0] in VOWELS:
        patterns.append(f"{trade} L'{surname}")
    return patterns[int(rng.integers(len(patterns)))]
