"""Bytes of a photo in; a smaller, clean JPEG and a small copy of it out. The one door to the decoder of images.

A photo comes from outside and may be made to break what decodes it, so a child process does that, one a
photo, under limits and with no way out. No web, no database.
"""

from compliance.pictures.develop import MOST_BYTES, Picture, PictureRefused, developed

__all__ = ["MOST_BYTES", "Picture", "PictureRefused", "developed"]
