"""From the settings of an older version to those of this one, a step for each version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.settings.model import VERSION

Content = dict[str, Any]
Step = Callable[[Content], Content]

#: The step from each version to the next. A step takes and returns the file's whole content and keeps what it does not
#: know. There is none yet: version 1 is the first.
STEPS: Mapping[int, Step] = MappingProxyType({})


def migrate(content: Content, steps: Mapping[int, Step] = STEPS, version: int = VERSION) -> Content:
    """Return ``content`` as ``version`` would have written it; what a newer version wrote is returned as it is.

    Raises ValueError when the content names no version, or one from which no step leads on.
    """
    found = content.get("version")
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise ValueError(f"no such version: {found!r}")
    while found < version:
        if found not in steps:
            raise ValueError(f"nothing leads on from version {found}")
        content = steps[found](content)
        found += 1
        content = {**content, "version": found}
    return content
