"""Plan the days of one rep over a cycle of weeks."""
