"""Say which dates the tours and the figures of a plan are for."""

import datetime as dt

from maps.book import PlanBook
from maps.languages.speaking import say
from maps.words import date_text, month_day_text

DAYS_PER_WEEK = 7


def span_text(first: dt.date, last: dt.date) -> str:
    """Write a span of dates without saying a month or year twice: `5–30 Jan 2026`, `5 Jan – 29 Mar 2026`."""
    if first.year != last.year:
        return f"{date_text(first)} – {date_text(last)}"
    if first.month != last.month:
        return f"{month_day_text(first)} – {date_text(last)}"
    return f"{month_day_text(first, with_month=False)}–{date_text(last)}" if first != last else date_text(last)


def cycle_weeks(book: PlanBook) -> int:
    """Count the weeks of the cycle, as far as there are tours in them; 0 without tours."""
    return 0 if book.days.empty else int(book.days["week"].max())


def period_weeks(book: PlanBook) -> int:
    """Count the weeks of the period that sales are forecast for, rounded."""
    return round(((book.period_end - book.period_start).days + 1) / DAYS_PER_WEEK)


def plan_span(book: PlanBook) -> str:
    """Tell the dates of the tours and those of the figures of sales apart."""
    sales = f"figures of sales for {span_text(book.period_start, book.period_end)}"
    if book.days.empty:
        return say(sales)
    first, last = (dt.date.fromisoformat(str(date)) for date in (book.days["date"].min(), book.days["date"].max()))
    weeks = cycle_weeks(book)
    again = "every week" if weeks == 1 else f"every {weeks} weeks"
    return say(f"tours {span_text(first, last)}, repeat {again}; {sales}")


def measure_head(book: PlanBook, measure: str) -> str:
    """Name a balance measure with the time that it stands for: `Potential (12 weeks)`."""
    weeks = cycle_weeks(book)
    cycle = f"{weeks}-week cycle" if weeks else "cycle"
    times = {"potential": f"{period_weeks(book)} weeks", "workload": cycle}
    name = measure.capitalize()
    return say(f"{name} ({times[measure]})" if measure in times else name)
