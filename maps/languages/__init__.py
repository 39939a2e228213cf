"""Texts in the reader's language: catalogues, and how numbers, dates and money are written."""
