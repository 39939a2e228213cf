"""Measure the engine against named peers on public data; the protocol is told in each module."""
