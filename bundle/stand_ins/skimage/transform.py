"""What insightface's modules ask for while they are imported; none of it works."""

from typing import NoReturn


class SimilarityTransform:
    """Takes the name's place."""

    def __init__(self, *_args: object, **_options: object) -> None:
        raise NotImplementedError("The packaged application has no scikit-image: align with core.alignment instead.")


def warp(*_args: object, **_options: object) -> NoReturn:
    """Take the name's place."""
    raise NotImplementedError("The packaged application has no scikit-image: align with core.alignment instead.")
