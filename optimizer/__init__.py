"""Design territories and plan tours: OR-Tools and numpy, no file format, no map, no YAML."""
