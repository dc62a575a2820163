"""Open reports on the web: the citizens' pages, Open311, the bodies' desk in the office, the workshops of the map."""
