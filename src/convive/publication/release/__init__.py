"""The open data of an edition, written below ``public/``. See ``docs/disclosure.md`` for what may leave the office."""
