"""Read any still picture into upright 8-bit sRGB pixels."""

from core.images.opening import PICTURE_SUFFIXES, is_picture_path
from core.images.reading import MEGAPIXEL_LIMIT, Picture, decode_picture, load_picture

__all__ = ["MEGAPIXEL_LIMIT", "PICTURE_SUFFIXES", "Picture", "decode_picture", "is_picture_path", "load_picture"]
