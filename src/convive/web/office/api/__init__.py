"""The office for programs: the plan, the committee and the log as JSON, to be read by whoever is signed in.

Permissions, territory, second factor and the log are those of the pages. ``openapi.json`` describes all of it.
"""
