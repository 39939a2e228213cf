"""Tests of the choice of homes."""
