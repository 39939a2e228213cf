"""Forecast many weekly series at once, one model a module."""
