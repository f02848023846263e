"""Photos handed in: judged by what they hold and not by their name, and kept without what the camera adds."""

import io
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from ringar.core.rules import Refused

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
"""More than any phone takes; a small file that unpacks to more is made to exhaust the machine."""

LONGEST_SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def clean_photo(file: BinaryIO) -> bytes:
    """The photo as a new JPEG of at most 1,600 pixels a side, without place, time and camera (EXIF).

    Raises Refused where it is too large, no picture, or broken; the text says what to do.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(
            _("The photo is larger than 10 MB. Make it smaller, or take it anew with a lower quality.")
        )
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Refused(_("The photo has too many pixels. Make it smaller, at most 60 million pixels."))
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.thumbnail((LONGEST_SIDE * 2, LONGEST_SIDE * 2))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            flat = Image.new("RGB", upright.size, "white")
            pixels = upright.convert("RGBA")
            flat.paste(pixels, mask=pixels)
            flat.save(out, "JPEG", quality=85)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused(
            _("The file is not a photo that can be read. Choose a JPEG, PNG or WebP picture.")
        ) from error
    return out.getvalue()
