"""Tests of drives on road networks."""
