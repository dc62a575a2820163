"""What leaves the office: disclosure control, open data, figure audit, charts, pages.

``release`` is not imported here: a web process needs an :class:`~convive.publication.edition.Edition` and nothing
that writes.
"""
