"""Files that operating systems leave behind wherever they go: no part of a package, no attack either."""

from __future__ import annotations

import re
from fnmatch import translate

_LEFT_BEHIND = (
    "__macosx",
    ".ds_store",
    "._*",
    ".fseventsd",
    ".spotlight-v100",
    ".trashes",
    ".trash-*",
    ".temporaryitems",
    ".documentrevisions-v100",
    ".appledouble",
    ".apdisk",
    ".volumeicon.icns",
    "icon\r",
    ".directory",
    "thumbs.db",
    "thumbs.db:encryptable",
    "ehthumbs.db",
    "desktop.ini",
    "system volume information",
    "$recycle.bin",
    "recycler",
    "lost+found",
    "@eadir",
    ".@__thumb",
    "~$*",
    ".~lock.*#",
    ".nfs????????????????????????",
    ".fuse_hidden????????????????",
    "*:zone.identifier",
)
"""Names in lower case, as Windows, macOS, Linux, NAS systems and open office programs write them."""
_PATTERN = re.compile("|".join(map(translate, _LEFT_BEHIND)))


def is_left_behind(path: str) -> bool:
    """Whether any component of a path is one of these names."""
    return any(_PATTERN.match(component.lower()) for component in path.split("/"))
