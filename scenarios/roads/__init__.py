"""Read road networks, find the quickest ways on them, and answer how long drives take."""
