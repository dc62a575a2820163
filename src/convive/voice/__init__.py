"""A voice that is safe: sealed reports, receipts, custody, and what leaves the custodians.

Who seals, opens or derives keys does it in :mod:`convive.voice.sealed`, and nowhere else. What each part may know and
what is promised stands in ``docs/threat-model.md``.
"""
