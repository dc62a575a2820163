"""The custodians' room in the office: who asks to open what, who lends, what was forwarded, who must answer.

Nothing is opened here. What this room holds of a report is sealed; it is opened at the custodians' own desk
(:mod:`convive.web.desk`).
"""
