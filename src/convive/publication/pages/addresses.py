"""Where each page stands: Spanish addresses for Spanish pages, English ones below ``en/``."""

from __future__ import annotations

SLUGS: dict[str, dict[str, str]] = {
    "front": {"es": "", "en": "en/"},
    "victims": {"es": "victimas/", "en": "en/victims/"},
    "trend": {"es": "tendencia/", "en": "en/trend/"},
    "hours": {"es": "horas/", "en": "en/hours/"},
    "map": {"es": "mapa/", "en": "en/map/"},
    "alerts": {"es": "alertas/", "en": "en/alerts/"},
    "moved": {"es": "se-mudo/", "en": "en/did-it-move/"},
    "evaluations": {"es": "funciono/", "en": "en/did-it-work/"},
    "ahead": {"es": "que-viene/", "en": "en/what-may-come/"},
    "reasons": {"es": "motivos/", "en": "en/reasons/"},
    "choose": {"es": "elegir/", "en": "en/choose/"},
    "act": {"es": "actuar/", "en": "en/act/"},
    "evidence": {"es": "que-funciono/", "en": "en/what-worked/"},
    "answer": {"es": "rendir-cuentas/", "en": "en/answer/"},
    "how": {"es": "como-lo-sabemos/", "en": "en/how-we-know/"},
    "definitions": {"es": "definiciones/", "en": "en/definitions/"},
    "sources": {"es": "fuentes/", "en": "en/sources/"},
    "quality": {"es": "calidad/", "en": "en/quality/"},
    "audit": {"es": "auditoria/", "en": "en/audit/"},
}

NAMES = tuple(SLUGS)


def folder(name: str, language: str) -> str:
    """The address of a page from the root of the site: ``""``, ``"victimas/"``, ``"en/victims/"``; of one page of many
    alike, whose name is ``section/item``, ``"funciono/controles/"``."""
    section, _, item = name.partition("/")
    return f"{SLUGS[section][language]}{item}/" if item else SLUGS[section][language]


def up(name: str, language: str) -> str:
    """The way from a page back to the root of the site: ``""``, ``"../"``, ``"../../"``."""
    return "../" * folder(name, language).count("/")
