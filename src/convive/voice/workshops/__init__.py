"""The map checked by neighbours: marks without names, agreement with the register, the recount, votes, and the little
of it that may be published."""
