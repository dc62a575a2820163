"""``python -m convive``: the same as the command ``convive``."""

from convive.cli import main

main()
