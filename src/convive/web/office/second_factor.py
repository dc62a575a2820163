"""The second factor: codes of an authenticator (TOTP, RFC 6238), and ten recovery codes that each serve once.

Recovery codes are kept as keyed hashes: whoever reads the database reads none.
"""

from __future__ import annotations

import base64
import io
import secrets

import segno
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_otp import login as verified
from django_otp import verify_token
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from convive.texts import say
from convive.web.journal import record
from convive.web.office.views import frame

RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look alike."""


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def second_factor(request: HttpRequest, language: str) -> HttpResponse:
    """Ask for a code; people who have no authenticator yet set one up here."""
    enrolled = TOTPDevice.objects.filter(user=request.user, confirmed=True).exists()
    wrong = ""
    if request.method == "POST":
        said = request.POST.get("code", "").replace(" ", "").strip().lower()
        answer = _known(request, language, said) if enrolled else _enrol(request, language, said)
        if answer is not None:
            return answer
        wrong = say("office.code_wrong", language)
    device = None if enrolled else _unconfirmed(request.user)
    context = {"wrong": wrong, "enrolled": enrolled, "next": _next(request, language), "secret": _secret(device)}
    return render(request, "office/second_factor.html", frame(language) | context)


@require_safe
@never_cache
@login_required
def qr(request: HttpRequest, language: str) -> HttpResponse:
    """What the authenticator's camera reads, while it is being set up and never after."""
    del language
    device = TOTPDevice.objects.filter(user=request.user, confirmed=False).first()
    if device is None:
        raise Http404
    drawn = io.BytesIO()
    segno.make(device.config_url, micro=False).save(drawn, kind="svg", scale=5, light="#ffffff", border=4)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def forget(user: User) -> None:
    """Take the second factor from ``user``, who sets up a new one at the next sign-in."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _known(request: HttpRequest, language: str, said: str) -> HttpResponse | None:
    device = _accepting(request.user, said)
    name = request.user.get_username()
    act = "code_refused" if device is None else "recovery_used" if isinstance(device, StaticDevice) else "code_given"
    with transaction.atomic():
        record(act=f"account.{act}", subject=name, by=name)
    if device is None:
        return None
    verified(request, device)
    request.session.cycle_key()
    return redirect(_next(request, language))


def _accepting(user: User, said: str) -> Device | None:
    """The device of ``user`` that takes the code; wrong ones make the next wait, as django-otp does."""
    for kind, code in ((TOTPDevice, said), (StaticDevice, _hashed(said))):
        for device in kind.objects.filter(user=user, confirmed=True):
            if verify_token(user, device.persistent_id, code):
                return device  # type: ignore[no-any-return]
    return None


def _enrol(request: HttpRequest, language: str, said: str) -> HttpResponse | None:
    device = _unconfirmed(request.user)
    if not said.isdigit() or not device.verify_token(said):
        return None
    codes = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    with transaction.atomic():
        device.confirmed = True
        device.save()
        StaticDevice.objects.filter(user=request.user).delete()
        kept = StaticDevice.objects.create(user=request.user, name="recovery")
        for code in codes:
            kept.token_set.create(token=_hashed(code))
        record(act="account.second_factor", subject=request.user.get_username(), by=request.user.get_username())
    verified(request, device)
    request.session.cycle_key()
    context = {"codes": codes, "next": _next(request, language)}
    return render(request, "office/recovery_codes.html", frame(language) | context)


def _unconfirmed(user: User) -> TOTPDevice:
    return TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "authenticator"})[0]


def _secret(device: TOTPDevice | None) -> str:
    """The key as people type it where no camera reads it."""
    return base64.b32encode(device.bin_key).decode().rstrip("=") if device else ""


def _hashed(code: str) -> str:
    return salted_hmac("convive.recovery", code, algorithm="sha256").hexdigest()[:16]


def _next(request: HttpRequest, language: str) -> str:
    """Where the reader wanted to go, if that is here."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("office:home", kwargs={"language": language})
