"""Tests of plans side by side."""
