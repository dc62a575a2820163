"""What the office is set to: Django's own check of a deployment, headers, fields that may leave, migrations."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client

HTTPS = {"CONVIVE_HTTPS_ORIGIN": "https://oficina.example.org"}
PRIVACY = tomllib.loads(files("convive.web").joinpath("privacy.toml").read_text("utf-8"))
CLASSES = {"public", "restricted", "secret"}


@pytest.mark.parametrize("side", ["office_settings", "settings", "citizen_settings", "desk_settings"])
def test_django_s_check_of_a_deployment_finds_nothing(side: str, folder: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "DEBUG"],
        env=os.environ
        | HTTPS
        | {"DJANGO_SETTINGS_MODULE": f"convive.web.{side}", "CONVIVE_PUBLIC": str(folder / "public")},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    assert "no issues" in told.stdout


def test_passwords_are_as_slow_to_guess_as_django_makes_them() -> None:
    from convive.web import office_settings

    assert not hasattr(office_settings, "PASSWORD_HASHERS")


def test_the_policy_lets_no_inline_script_or_style_run(signed_in: Callable[..., Client]) -> None:
    client = signed_in("ana", "technical_secretary", "auditor")
    for address in ("/entrar/", "/es/comite/", "/es/bitacora/", "/es/segundo-factor/", "/es/cuentas/por-confirmar/"):
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, address
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        page = answer.content.decode()
        assert "<script>" not in page
        assert " style=" not in page


def models() -> list[type]:
    return [model for model in apps.get_models() if model.__module__.startswith("convive.")]


@pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.label)
def test_every_field_of_a_model_is_classed(model: type) -> None:
    """A new field that nobody classed fails here."""
    fields = {field.name for field in model._meta.get_fields() if not (field.auto_created and not field.concrete)}
    told = PRIVACY[model._meta.app_label][model.__name__]
    assert set(told) <= CLASSES
    classed = [name for names in told.values() for name in names]
    assert sorted(classed) == sorted(fields)


def test_models_and_migrations_agree() -> None:
    told = io.StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=told)
    assert "No changes" in told.getvalue()
