"""Papers of the plan for those who work with it: the legal document, the matrix of activities, the half-year report,
IATI.

They are made for the office and written where it says; nothing here writes to what is public.
"""
