"""What people do on paper between printing and scanning: sign, seal, forget, turn the page over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from evidence.demo.scanner import Scan, simulate_page
from evidence.domain.document import Box, BoxKind, IssuedPage
from evidence.domain.identifiers import Number

SCAN_DPI = 200
_SIGNED = (BoxKind.SIGNATURE, BoxKind.DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One printed page on its way through pen, seal and scanner."""

    pdf: Path
    page: IssuedPage
    profile: str = "office"
    seed: int = 0
    signed: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    writing: tuple[tuple[str, str], ...] = ()
    """Box -> what is written there; other boxes get a name out of the air."""
    company: str = ""
    upside_down: bool = False

    def scan(self) -> Scan:
        """The page as the scanner delivers it."""
        return simulate_page(
            self.pdf,
            self.page.page - 1,
            self.page,
            profile=self.profile,
            seed=self.seed,
            signed=self.signed,
            sealed=self.sealed,
            writing=dict(self.writing),
            company=self.company,
            dpi=SCAN_DPI,
            mode="color",
            orientation=180 if self.upside_down else 0,
            accidents=False,
        )


def sheets(
    number: Number,
    pdf: Path,
    pages: Collection[IssuedPage],
    *,
    company: str,
    names: Mapping[str, str],
    day: str,
    forgotten: Collection[str] = (),
    profile: str = "office",
    upside_down: bool = False,
) -> list[Sheet]:
    """A printed form, signed where it must be.

    Args:
        names: box -> signer's name; boxes of nobody in it stay empty unless they are required.
        day: the date written into date boxes, e.g. `2022 3 14`.
        forgotten: boxes that stay empty although they should not.
    """
    seed = sum(ord(character) * 31**place for place, character in enumerate(reversed(number))) % 2**31
    result = []
    for page in pages:
        wanted = {box.box: box for box in page.boxes if _meant(box, names) and box.box not in forgotten}
        result.append(
            Sheet(
                pdf=pdf,
                page=page,
                profile=profile,
                seed=seed,
                signed=frozenset(name for name, box in wanted.items() if box.kind in _SIGNED),
                sealed=frozenset(name for name, box in wanted.items() if box.kind is BoxKind.SEAL),
                writing=tuple(
                    (name, day if box.kind is BoxKind.DATE else names.get(name, ""))
                    for name, box in wanted.items()
                    if box.kind in _SIGNED
                ),
                company=company,
                upside_down=upside_down,
            )
        )
    return result


def _meant(box: Box, names: Mapping[str, str]) -> bool:
    if box.required or box.box in names:
        return True
    return box.kind is BoxKind.DATE and box.box.removesuffix("-date") in names


def scan_all(stack: Collection[Sheet]) -> list[Scan]:
    """Scan a stack on two cores, in order."""
    if len(stack) < 2:
        return [sheet.scan() for sheet in stack]
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(Sheet.scan, stack))
