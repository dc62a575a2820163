"""Ways of finding an effect, one file each. What they share: a series or panel and the first day of the measure go in,
an :class:`~convive.evaluation.result.Effect` comes out; what cannot be judged is refused by
:func:`convive.evaluation.window.window` before anything is computed."""
