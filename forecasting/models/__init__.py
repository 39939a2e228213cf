"""Forecast many series at once, one model a module."""
