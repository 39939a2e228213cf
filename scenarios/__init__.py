"""The border: scenario files and tables in, checked data and solver-ready instances out."""
