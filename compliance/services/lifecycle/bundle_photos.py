"""The photos of a visit as its officers' file tells them: a manifest, and small copies for print."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from compliance.documents import DocumentData
from compliance.documents.characters import spelled_out
from compliance.documents.visit_file import KeptPhoto
from compliance.rulebook import Pack
from compliance.rulebook.pack import Entry
from compliance.services import photos
from compliance.store.models import Visit


def manifest(
    visit: Visit,
    pack: Pack,
    moment: Callable[[datetime], str],
    question: Callable[[Entry], str],
    language: str,
) -> tuple[KeptPhoto, ...]:
    """Return what is told of each photo; `moment` and `question` put those in words of the language.

    A photo whose bytes changed is told as such. One that was taken out is told with who did it and why.
    """
    return tuple(
        KeptPhoto(
            number=number,
            about=question(pack.questions[photo.question])
            if photo.question in pack.questions
            else photo.question,
            caption=spelled_out(photo.caption),
            taken=photos.taken_in_words(photo, language),
            received=moment(photo.received_at),
            by=spelled_out(photo.received_by.name),
            late=photos.is_late(photo),
            received_bytes=photo.received_bytes,
            received_sha256=photo.received_sha256,
            width=photo.width,
            height=photo.height,
            sha256=photo.sha256,
            intact=photo.taken_out_at is not None or photos.intact(photo),
            taken_out=moment(photo.taken_out_at) if photo.taken_out_at else "",
            taken_out_by=spelled_out(photo.taken_out_by.name) if photo.taken_out_by else "",
            taken_out_reason=spelled_out(photo.taken_out_reason or ""),
        )
        for number, photo in enumerate(visit.photos, start=1)
    )


def with_pictures(data: DocumentData, visit: Visit) -> DocumentData:
    """Return the data of a file with the small copies of its photos, those that are as they were kept."""
    if data.file is None:
        return data
    told = zip(data.file.kept_photos, visit.photos, strict=True)
    shown = tuple(
        replace(one, picture=b64encode(photos.content(photo, small=True)).decode())
        if one.intact and not one.taken_out
        else one
        for one, photo in told
    )
    return replace(data, file=replace(data.file, kept_photos=shown))
