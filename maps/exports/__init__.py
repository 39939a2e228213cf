"""Write the plan for other systems: calendars, navigation, spreadsheets, GIS, CRM."""
