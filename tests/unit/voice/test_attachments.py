"""Attachments: what tells of the device is gone, and what would burst is refused."""

from __future__ import annotations

import io
import zlib

import mutagen
import pikepdf
import pytest
from PIL import Image

from convive.errors import VoiceError
from convive.voice.attachments import clean
from convive.voice.limits import limits

RULES = limits().attachments
CANARY = b"CANARY-Juan-Perez"


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480)) -> bytes:
    """A picture that tells where and with what it was made."""
    picture = Image.new("RGB", size, "red")
    exif = picture.getexif()
    exif[0x010F] = CANARY.decode()  # maker
    exif.get_ifd(0x8825)[1] = "S"  # a place
    exif[0x0112] = 6  # turned by a quarter
    written = io.BytesIO()
    picture.save(written, kind, exif=exif)
    return written.getvalue() + CANARY


def document() -> bytes:
    """A PDF with author, script, note, embedded file and a photo that tells its place."""
    made = pikepdf.new()
    page = made.add_blank_page()
    made.docinfo["/Author"] = CANARY.decode()
    with made.open_metadata() as words:
        words["dc:creator"] = [CANARY.decode()]
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=CANARY.decode())
    made.attachments["x.txt"] = CANARY
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 9, 9], Contents=CANARY.decode()
    )
    page.obj.Annots = pikepdf.Array([made.make_indirect(note)])
    image = pikepdf.Stream(made, photo().removesuffix(CANARY))
    image.update(
        {
            "/Type": pikepdf.Name.XObject,
            "/Subtype": pikepdf.Name.Image,
            "/Width": 640,
            "/Height": 480,
            "/ColorSpace": pikepdf.Name.DeviceRGB,
            "/BitsPerComponent": 8,
            "/Filter": pikepdf.Name.DCTDecode,
        }
    )
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=made.make_indirect(image)))
    page.obj.Contents = made.make_stream(b"q 200 0 0 100 50 50 cm /Im0 Do Q")
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def song() -> bytes:
    """An MP3 of silence with a tag."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    file = io.BytesIO(frame * 40)
    sound = mutagen.File(file)
    sound.add_tags()
    sound.tags.add(mutagen.id3.TPE1(encoding=3, text=CANARY.decode()))
    file.seek(0)
    sound.save(file)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_drawn_anew(kind: str) -> None:
    kept = clean(photo(kind), 2, RULES)
    assert (kept.name, kept.type) == ("2.jpg", "image/jpeg")
    assert CANARY not in kept.data
    with Image.open(io.BytesIO(kept.data)) as drawn:
        assert not drawn.getexif()
        assert drawn.size == (480, 640)  # turned as the camera held it


def test_a_pdf_is_written_anew() -> None:
    assert document().count(CANARY) >= 4
    kept = clean(document(), 1, RULES)
    with pikepdf.open(io.BytesIO(kept.data)) as read:
        assert len(read.pages) == 1
        everything = b"".join(
            bytes(one.unparse())
            if not isinstance(one, pikepdf.Stream)
            else one.read_raw_bytes() + bytes(str(dict(one)), "utf-8")
            for one in read.objects
        )
        assert CANARY not in everything
        assert not read.docinfo
        assert not read.attachments
        assert "/OpenAction" not in read.Root
        assert "/Annots" not in read.pages[0].obj
        assert "/Im0" in read.pages[0].obj.Resources.XObject  # the photo itself is still there
    assert CANARY not in kept.data


def test_the_tags_of_a_sound_are_taken() -> None:
    assert CANARY in song()
    kept = clean(song(), 1, RULES)
    assert kept.name == "1.mp3"
    assert CANARY not in kept.data
    assert mutagen.File(io.BytesIO(kept.data)).tags in (None, {})


def picture_bomb() -> bytes:
    """A PNG of some kilobytes that says that it has 900 million pixels."""
    import struct

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(30_000) * 20)) + chunk(b"IEND", b"")


def pdf_bomb() -> bytes:
    """A PDF of some hundred kilobytes whose stream unpacks to 200 MB."""
    made = pikepdf.new()
    page = made.add_blank_page()
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(bytes(1 << 20)) for _ in range(200)) + packed.flush()
    page.obj.Contents = pikepdf.Stream(made, body, Filter=pikepdf.Name.FlateDecode)
    written = io.BytesIO()
    made.save(written, recompress_flate=False)
    return written.getvalue()


def nested_pdf_bomb() -> bytes:
    """The same packed twice over."""
    made = pikepdf.new()
    page = made.add_blank_page()
    body = zlib.compress(zlib.compress(bytes(100 << 20), 9), 9)
    filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    page.obj.Contents = pikepdf.Stream(made, body, Filter=filters)
    written = io.BytesIO()
    made.save(written, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return written.getvalue()


def object_stream_bomb() -> bytes:
    """The objects themselves, packed: what a library unpacks when it opens the file."""
    body = zlib.compress(bytes(100 << 20), 9)
    head = f"1 0 obj <</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length {len(body)}>> stream\n"
    return b"%PDF-1.7\n" + head.encode() + body + b"\nendstream endobj\ntrailer <</Root 1 0 R>>\n%%EOF"


def hidden_object_stream_bomb() -> bytes:
    """The same under a second packing that cannot be seen through from outside."""
    body = zlib.compress(bytes(100 << 20), 9).hex().encode() + b">"
    head = f"1 0 obj <</Type/ObjStm/N 1/First 4/Filter[/ASCII#48exDecode/FlateDecode]/Length {len(body)}>> stream\n"
    return b"%PDF-1.7\n" + head.encode() + body + b"\nendstream endobj\ntrailer <</Root 1 0 R>>\n%%EOF"


def many_pages() -> bytes:
    made = pikepdf.new()
    for _ in range(RULES.pdf_pages + 1):
        made.add_blank_page()
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def overlapping_streams_bomb() -> bytes:
    """Says “stream” in every line, each the beginning of a packing that goes on to the end of the file and yields
    nothing: to look at each would take minutes."""
    starts = b"stream\n\x78\x9c" * 20_000
    return b"%PDF-1.7\n" + starts + b"\x00\x00\x00\xff\xff" * 200_000


def test_a_bomb_of_work_is_refused_before_all_of_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the time is asserted but the bytes that were looked at."""
    from convive.voice import attachments

    read: list[int] = []
    unpacked = attachments._unpacked

    def counted(raw: memoryview, most: int) -> tuple[int, int]:
        found = unpacked(raw, most)
        read.append(found[1])
        return found

    monkeypatch.setattr(attachments, "_unpacked", counted)
    for bomb in (overlapping_streams_bomb(), b"%PDF-1.7\n" + b"stream\n" * 180_000):
        read.clear()
        with pytest.raises(VoiceError) as refused:
            clean(bomb, 1, RULES)
        assert refused.value.problems[0].code == "attachment-too-large"
        assert sum(read) < 2 * attachments._MOST_LOOKED_AT


def test_however_many_come_few_are_drawn_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may take hundreds of megabytes for a moment: together they must not."""
    from concurrent.futures import ThreadPoolExecutor
    from time import sleep

    from convive.voice import attachments

    at_work: list[int] = []
    most: list[int] = []

    def drawn(data: bytes, limits: object) -> bytes:
        at_work.append(1)
        sleep(0.01)
        most.append(len(at_work))
        at_work.pop()
        return b"x"

    monkeypatch.setattr(attachments, "_cleaner", lambda data: (("jpg", "image/jpeg"), drawn))
    with ThreadPoolExecutor(8) as people:
        kept = list(people.map(lambda number: clean(b"x", number, RULES), range(16)))
    assert len(kept) == 16
    assert max(most) == 2


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_any_mode_comes_out_small_and_of_its_colour(mode: str) -> None:
    """Made small before it is turned: a palette, transparency or an odd mode must not spoil it."""
    picture = (
        Image.new("L", (3000, 1500), 255).convert(mode) if mode != "I;16" else Image.new(mode, (3000, 1500), 65535)
    )
    written = io.BytesIO()
    picture.save(written, "JPEG" if mode == "CMYK" else "PNG")
    with Image.open(io.BytesIO(clean(written.getvalue(), 1, RULES).data)) as drawn:
        assert drawn.size == (RULES.side, RULES.side // 2)
        assert drawn.mode == "RGB"
        assert min(drawn.getpixel((900, 500))) > 250


@pytest.mark.parametrize(
    "bomb", [picture_bomb, pdf_bomb, nested_pdf_bomb, object_stream_bomb, hidden_object_stream_bomb, many_pages]
)
def test_a_bomb_is_refused_before_it_is_unpacked(bomb: object) -> None:
    import tracemalloc

    data = bomb()  # type: ignore[operator]
    assert len(data) < RULES.bytes
    tracemalloc.start()
    with pytest.raises(VoiceError) as refused:
        clean(data, 1, RULES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.problems[0].code in ("attachment-too-large", "attachment-type")
    assert peak < 20 << 20


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04" + bytes(500),  # a zip, also a document of an office suite
        b"MZ" + bytes(500),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"GIF89a" + bytes(100),
        b"",
        b"\xff\xd8\xff" + bytes(100),
        b"%PDF-1.7\n" + bytes(100),
        b"OggS" + bytes(100),
        b"ID3" + bytes(100),
        photo()[:200],
        document()[:900],
        bytes(RULES.bytes + 1),
    ],
    ids=lambda data: data[:6].hex() or "empty",
)
def test_anything_else_is_refused_by_its_number_alone(data: bytes) -> None:
    with pytest.raises(VoiceError) as refused:
        clean(data, 3, RULES)
    assert refused.value.problems[0].values["n"] == 3
    assert CANARY.decode() not in str(refused.value)
