"""Lay plans side by side: what differs in their scenarios, their measures, their maps and who gets what."""
