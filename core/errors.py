"""The failures that Animirror tells its user about.

Code that fails for a reason the user can act on raises one of these with a full sentence: what happened, and what to
do. Whoever shows it (the window, the command line) prints ``str(error)`` and adds nothing. Any other exception is a
defect of the program.
"""


class AnimirrorError(Exception):
    """A failure told in a full sentence that a user understands; ``str(error)`` is that sentence."""


class ImageError(AnimirrorError):
    """A picture that cannot be read."""


class OutputError(AnimirrorError):
    """A result that cannot be written."""


class SourceError(AnimirrorError):
    """A camera, video file or stream that gives no pictures."""


class FaceError(AnimirrorError):
    """Faces that cannot be found or straightened."""


class ModelError(AnimirrorError):
    """A model file that is broken, incomplete or made for something else."""


class RuntimeSetupError(AnimirrorError):
    """An installation that cannot work as it is, such as two ONNX Runtimes in one environment."""


def quoted(name: object) -> str:
    """Put a file name or path in quotes for a sentence, with everything that a screen cannot show replaced by ``?``.

    A name on disk may hold line breaks or bytes that are no text; printing those would garble the message or fail.
    """
    return '"' + "".join(sign if sign.isprintable() else "?" for sign in str(name)) + '"'
