"""Invent trade names that could stand over a French builder's yard."""

from typing import Final

import numpy as np

SURNAMES: Final = tuple(
    "Lefèvre Béranger Crèvecœur L'Huillier D'Hérouville Marchand Gauthier Noël Fontaine Le Goff Kervella Le Gall Schmitt Müller Weber "
    "Dupré Châtelain Maïs Forestier Roux Garnier Pélissier Bonnefoy Delahaye Vandamme Delattre Lecœur Quémener Etcheverry Ibarra Castéra "
    "Puech Cazenave Rouvière Fabre Ginoux Giraud Rossi Mancini Allègre Blanchet Brissaud Charpentier Colin Côté Desprès Ducœur Faÿ Février "
    "Gérard Hénaff Jacquemin Jouët Labbé Lamérand Langlois Mercœur Moreau Naudet Olivier Péron Prévost Quénel Rémond Sénéchal Thévenet "
    "Urbain Vallée Vigneau Wagner Ybert Zimmermann Aubépin Barthélemy Cœurdacier Daguerre Évrard Fournier Guérin Hébrard Imbert Joséphine"
    .replace("Le Goff", "Le_Goff").replace("Le Gall", "Le_Gall").split()
)  # fmt: skip
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
SIDES: Final = ("Nord", "Midi", "Littoral", "Val d'Or", "Vieux Pont", "Haut-Pays", "Canal", "Moulin")


def trade_name(rng: np.random.Generator, sector: str, town: str) -> str:
    """Invent one name for a firm of a sector in a town."""

    def pick(words: tuple[str, ...]) -> str:
        return words[int(rng.integers(len(words)))]

    surname, trade = pick(SURNAMES).replace("_", " "), pick(TRADES[sector])
    if sector == "Collectivité":
        return f"{trade} – Ville d'{town}" if town[0] in "AEIOUÉÈÎHŒ" else f"{trade} – Ville de {town}"
    tail = pick(TAILS).format(town=town, side=pick(SIDES))
    patterns = (f"{surname} {trade}", f"{pick(FORMS)} {surname} {tail}", f"{trade} {surname} {tail}", f"{trade} {tail}", f"{trade} L'{surname}")
    if surname[0] not in "AEIOUÉ":
        patterns = patterns[:4]
    return patterns[int(rng.integers(len(patterns)))]
