"""Show and export plans: GeoJSON first, maps, report and calendars as views of it."""
