"""Read any picture, still or animated, into upright 8-bit sRGB pixels."""

from core.images.animation import Animation, AnimationFrame, is_animation, open_animation
from core.images.opening import PICTURE_SUFFIXES, is_picture_path
from core.images.reading import MEGAPIXEL_LIMIT, Picture, decode_picture, load_picture, picture_size

__all__ = [
    "MEGAPIXEL_LIMIT",
    "PICTURE_SUFFIXES",
    "Animation",
    "AnimationFrame",
    "Picture",
    "decode_picture",
    "is_animation",
    "is_picture_path",
    "load_picture",
    "open_animation",
    "picture_size",
]
