"""Open reports: what is broken or risky in a place, who must answer, and whether it was solved.

What a body closes is *closed*; only the person who reported, or a panel of neighbours, says *solved*.
"""
