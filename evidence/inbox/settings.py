"""The inbox's parameters: the table `[inbox]` of evidence.toml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxSettings:
    """How long the inbox waits and how much it accepts."""

    settle_s: float = 2.0
    """Seconds without any change before a file counts as no longer growing."""
    incomplete_after_s: float = 180.0
    """Seconds a watcher waits for the rest of a broken file before it says so. A pass asked for by a
    person does not wait: the file stays in the inbox either way, and its rest is still taken."""
    announce_after_s: float = 10.0
    """Seconds after which a watcher journals a file that is still being written as `waiting`."""
    poll_s: float = 5.0
    """Seconds between two looks at the folder when it is polled (network shares)."""
    rescan_s: float = 60.0
    """Seconds between two full looks although the system reports changes by itself; events get lost."""
    keep_folders: tuple[str, ...] = ()
    """Folders of the inbox that stay when their files have been taken, e.g. `["扫描仪"]` where a scanner
    puts its files; any other that was emptied and left alone for the settling time is removed."""
    max_bytes: int = 2 * 1024**3
    """Largest paper scan or e-document, in bytes."""
    max_footage_bytes: int = 64 * 1024**3
    """Largest recorder file, in bytes."""
    max_unfinished_bytes: int = 128 * 1024**3
    """Most bytes of the files that one account has on their way from the browser, in bytes."""
    max_unfinished_total_bytes: int = 512 * 1024**3
    """Most bytes of the files that all accounts together have on their way from the browser, in bytes."""
    max_pages: int = 500
    """Most pages of one file."""
    workers: int = 2
    """Processes that read the pages of one file of many pages."""
    max_unpacked_bytes: int = 512 * 1024**2
    """Most bytes an e-document, or an archive with all its members, may unpack to."""
    max_members: int = 1000
    """Most files taken out of one archive or message."""
