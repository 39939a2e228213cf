"""Choose where territories have their homes, and how many there are."""
