"""Attachments as they may be kept: recognised by their content, made anew without what the device wrote into them.

A picture is decoded and drawn anew (Pillow): place, time, device and thumbnails are gone, and so is whatever was hidden
behind it. A PDF is written anew from its pages (pikepdf), without properties, scripts, forms, notes or embedded files,
its photos drawn anew as well. Of a sound the tags are taken (mutagen); the voice remains, and the page says so.

Everything is done in memory, a few files at a time. A file that is small and unpacks to something huge is refused
before it is unpacked.
"""

from __future__ import annotations

import io
import re
import threading
import zlib
from collections.abc import Callable

import mutagen
import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from convive.errors import Problem, VoiceError
from convive.voice.content import Attachment
from convive.voice.limits import Attachments

_PICTURES = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}
_STREAM = re.compile(rb"stream\r?\n")
_HIDING = re.compile(rb"/Encrypt\b|(?:ASCIIHex|ASCII85|LZW|RunLength|JBIG2|JPX)Decode|/\w*#\w\w")
_SMOOTH = ("L", "RGB", "RGBA", "CMYK", "YCbCr")
"""Modes of Pillow in which a picture can be made small without steps."""
_turns = threading.BoundedSemaphore(2)
"""So many files are cleaned at the same time: a picture of 150 kB can take 370 MB of memory while it is drawn."""
_PIECE = 1 << 14
_MOST_LOOKED_AT = 1 << 26
"""Bytes of a PDF that are looked at in all, again where streams overlap: a file that says “stream” in every line would
otherwise be read through once for each."""
_PAGE_KEYS = {"/Type", "/Contents", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Parent"}


class _Refused(Exception):
    """Why a file is not taken, in the words of its library or ours."""


class _TooLarge(_Refused):
    pass


def clean(data: bytes, number: int, limits: Attachments) -> Attachment:
    """The ``number``-th file of an entry as it may be kept.

    Raises :class:`VoiceError` naming its number, never what it holds.
    """
    try:
        if len(data) > limits.bytes:
            raise _TooLarge(f"{len(data):,} > {limits.bytes:,} bytes")
        kind, cleaner = _cleaner(data)
        with _turns:
            cleaned = cleaner(data, limits)
        if len(cleaned) > limits.bytes:
            raise _TooLarge(f"{len(cleaned):,} > {limits.bytes:,} bytes")
    except _Refused as why:
        code = "attachment-too-large" if isinstance(why, _TooLarge) else "attachment-type"
        raise VoiceError(Problem(code, values={"n": number, "why": str(why)})) from None
    except Exception as odd:
        # Three libraries meet hostile files here; whatever they raise, the file is refused and nothing of it is told.
        raise VoiceError(Problem("attachment-type", values={"n": number, "why": type(odd).__name__})) from None
    ending, media = kind
    return Attachment(f"{number}.{ending}", media, cleaned)


def _cleaner(data: bytes) -> tuple[tuple[str, str], Callable[[bytes, Attachments], bytes]]:
    if any(data.startswith(sign) for sign in _PICTURES.values()) and not data.startswith(b"RIFF"):
        return ("jpg", "image/jpeg"), _picture
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return ("jpg", "image/jpeg"), _picture
    if data.startswith(b"%PDF-"):
        return ("pdf", "application/pdf"), _pdf
    if data.startswith(b"OggS"):
        return ("ogg", "audio/ogg"), _sound
    if data.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")):
        return ("mp3", "audio/mpeg"), _sound
    raise _Refused("?")


def _picture(data: bytes, limits: Attachments) -> bytes:
    """Drawn anew as JPEG, turned as the camera held it, without transparency."""
    try:
        with Image.open(io.BytesIO(data), formats=list(_PICTURES)) as opened:
            if opened.width * opened.height > limits.pixels:
                raise _TooLarge(f"{opened.width} × {opened.height}")
            opened.draft("RGB", (limits.side, limits.side))
            # Made small first: turning and converting 40 million points would take three times their memory.
            small = (
                opened if opened.mode in _SMOOTH else opened.convert("RGBA" if opened.has_transparency_data else "RGB")
            )
            small.thumbnail((limits.side, limits.side))
            ImageOps.exif_transpose(small, in_place=True)
            upright = small.convert("RGBA")
    except UnidentifiedImageError:
        raise _Refused("?") from None
    except Image.DecompressionBombError:
        raise _TooLarge("pixels") from None
    sheet = Image.new("RGB", upright.size, "white")
    sheet.paste(upright, mask=upright.getchannel("A"))
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=80)
    return written.getvalue()


def _pdf(data: bytes, limits: Attachments) -> bytes:
    _refuse_before_opening(data, limits)
    with pikepdf.open(io.BytesIO(data)) as received, pikepdf.new() as fresh:
        if len(received.pages) > limits.pdf_pages:
            raise _TooLarge(f"{len(received.pages)} > {limits.pdf_pages} p.")
        _refuse_bomb(received, limits)
        for page in received.pages:
            for key in set(page.obj.keys()) - _PAGE_KEYS:
                del page.obj[key]
        fresh.pages.extend(received.pages)
        for thing in fresh.objects:
            _strip(thing, limits)
        fresh.remove_unreferenced_resources()
        written = io.BytesIO()
        fresh.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return written.getvalue()


def _refuse_before_opening(data: bytes, limits: Attachments) -> None:
    """To open a PDF its library unpacks the streams that hold its objects: so all that can be seen from outside to
    unpack to too much, or to be packed in a way that hides it, is refused before."""
    hidden = _HIDING.search(data)
    if hidden is not None:
        raise _Refused(hidden[0].decode("ascii", "replace"))
    left, whole, looked = limits.pdf_unpacked, memoryview(data), 0
    for start in _STREAM.finditer(data):
        total, read = _unpacked(whole[start.end() :], left)
        left, looked = left - total, looked + read
        if left <= 0 or looked > _MOST_LOOKED_AT:
            raise _TooLarge("zip")


def _refuse_bomb(received: pikepdf.Pdf, limits: Attachments) -> None:
    """Add up what the streams unpack to, without keeping it, and stop as soon as it is too much."""
    left = limits.pdf_unpacked
    for thing in received.objects:
        if not isinstance(thing, pikepdf.Stream):
            continue
        filters = _filters(thing)
        if filters - {"/FlateDecode", "/DCTDecode", "/CCITTFaxDecode"} or len(filters) > 1:
            raise _Refused(" ".join(sorted(filters)))
        if "/FlateDecode" in filters:
            left -= _unpacked(memoryview(thing.read_raw_bytes()), left)[0]
        if left <= 0:
            raise _TooLarge("zip")


def _unpacked(raw: memoryview, most: int) -> tuple[int, int]:
    """Bytes that a stream unpacks to, counted to a little above ``most`` or up to where it is no longer one; and bytes
    that were looked at to know it."""
    machine = zlib.decompressobj()
    total = read = 0
    while read < len(raw) and total <= most and not machine.eof:
        rest: bytes | memoryview = raw[read : read + _PIECE]
        read += len(rest)
        try:
            while rest and total <= most:
                total += len(machine.decompress(rest, 1 << 20))
                rest = machine.unconsumed_tail
        except zlib.error:
            break
    return total, read


def _strip(thing: pikepdf.Object, limits: Attachments) -> None:
    """Take from an object what tells of its maker, and draw its photo anew."""
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        for key in ("/Metadata", "/PieceInfo", "/LastModified", "/AA", "/OpenAction", "/JS", "/EmbeddedFiles"):
            if key in thing:
                del thing[key]
    if isinstance(thing, pikepdf.Stream) and "/DCTDecode" in _filters(thing):
        with Image.open(io.BytesIO(thing.read_raw_bytes()), formats=["JPEG"]) as photo:
            if photo.width * photo.height > limits.pixels:
                raise _TooLarge(f"{photo.width} × {photo.height}")
            written = io.BytesIO()
            photo.save(written, "JPEG", quality=80)  # without its EXIF, which Pillow writes only when told to
        thing.write(written.getvalue(), filter=pikepdf.Name("/DCTDecode"))


def _filters(thing: pikepdf.Stream) -> set[str]:
    named = thing.get("/Filter")
    if named is None:
        return set()
    return {str(one) for one in named} if isinstance(named, pikepdf.Array) else {str(named)}


def _sound(data: bytes, limits: Attachments) -> bytes:
    del limits
    file = io.BytesIO(data)
    sound = mutagen.File(file)
    if sound is None or sound.info.length <= 0:
        raise _Refused("?")
    file.seek(0)
    sound.delete(file)
    return file.getvalue()
