"""Five custodians of whom two open together, with keys that cost little to unlock."""

from __future__ import annotations

import datetime as dt

import pytest

from convive.voice.custody import Custodian, Custody
from convive.voice.key_file import OpenKey
from convive.voice.sealed import new_secret, public_of, signing_key_of

SEATS = {
    "Ana": "Defensoría",
    "Benito": "Obispado",
    "Carla": "Colegio de Abogados",
    "Dora": "Universidad",
    "Elio": "Juntas",
}


@pytest.fixture(scope="session")
def keys() -> list[OpenKey]:
    secrets = {name: new_secret() for name in SEATS}
    return [
        OpenKey(Custodian(name, seat, public_of(secrets[name]), signing_key_of(secrets[name])), secrets[name])
        for name, seat in SEATS.items()
    ]


@pytest.fixture(scope="session")
def custody(keys: list[OpenKey]) -> Custody:
    return Custody.found(custodians=[key.custodian for key in keys], threshold=2, since=dt.date(2026, 11, 28))
