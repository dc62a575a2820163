"""What worked: the effect of a measure on deaths, how sure one can be, and when one cannot tell.

``designs/`` holds one way of finding an effect a file, ``checks/`` one way of refuting it a file. Both are pure
functions on arrays: a :class:`~convive.evaluation.series.Series` or :class:`~convive.evaluation.series.Panel` goes in,
a :class:`~convive.evaluation.result.Effect` comes out, and :func:`~convive.evaluation.verdict.judge` says what it means
by rules that stand in ``verdict.toml``. A ratio below 1 is fewer events than without the measure.
"""
