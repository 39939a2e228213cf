"""Forecast sales by region × category × week and turn them into potential; no ortools, no YAML, no maps."""
