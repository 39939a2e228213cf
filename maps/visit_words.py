"""Put offers of days for a visit into words."""

import datetime as dt
from collections.abc import Sequence

from maps.languages.speaking import say, say_lines
from maps.words import day_text, minutes_text
from optimizer.tours.insertion import DayOffer
from optimizer.tours.instance import TourInstance


def offers_text(instance: TourInstance, offers: Sequence[DayOffer], *, account: str) -> str:
    """List days, the cheapest first: when the visit would start and what the day would get longer by."""
    if not offers:
        return say(
            f"{account}: no day of {instance.rep_id} has room for one more visit within opening hours, working day and "
            "weekly hours."
        )
    lines = [f"One more visit to {account} by {instance.rep_id}, all other visits as planned:", ""]
    for offer in offers:
        day = instance.days[offer.day]
        start = f"{offer.start_minute // 60:02d}:{offer.start_minute % 60:02d}"
        overtime = f", {offer.extra_overtime_minutes} min overtime" if offer.extra_overtime_minutes else ""
        spacing = "" if offer.keeps_spacing else "; not on the usual distance from its other visits"
        lines.append(
            f"  week {day.week + 1} {day_text(dt.date.fromisoformat(day.date)):<10}  at {start}  "
            f"+{offer.extra_drive_minutes} min driving, day longer by {minutes_text(offer.extra_work_minutes)}"
            f"{overtime}{spacing}"
        )
    return say_lines("\n".join(lines))
