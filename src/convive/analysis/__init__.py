"""Crime analysis: where, when, and how sure. One file a method; pure functions on arrays, which read and write nothing.

Coordinates are metres, times days, unless an argument says otherwise. Every test says what its null model is, how many
simulations it ran and from which seed; the same seed gives the same answer whatever the number of threads. Methods work
on places, hours and policies, never on people.
"""
