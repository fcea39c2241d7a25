"""What lies at a path: a package as a zip or a folder, or one PDF."""

from __future__ import annotations

import re
from pathlib import Path

from evidence.errors import InputError
from evidence.foreign import reason_of
from evidence.verify.bag import MANIFEST, SIGNATURE, TAGMANIFEST, TEXT_LIMIT
from evidence.verify.container import Container, open_folder
from evidence.verify.model import Check, failed, review
from evidence.verify.system_files import is_left_behind
from evidence.verify.zip_structure import NotAPackageZipError, UnreadableZipError, open_zip


class ForeignBagError(InputError):
    """A bag, or another zip, without any mark of ours: no package that could fail."""


def open_container(path: Path) -> Container | Check:
    """The package's files, or why a zip cannot be read.

    Raises:
        InputError: the path does not exist, or is neither a folder nor a zip.
        ForeignBagError: it is a bag of another system.
    """
    try:
        if path.is_dir():
            if not any((path / name).exists() for name in ("bagit.txt", MANIFEST, TAGMANIFEST, "data")):
                inner = next(path.glob("*/bagit.txt"), None)
                raise InputError(
                    "这个文件夹不是移交包。",
                    where=str(path),
                    remedy=f"请改为验证 {inner.parent}"
                    if inner
                    else "请给出移交包的 .zip 或解压后的文件夹。",
                )
            return _ours(path, open_folder(path))
        with path.open("rb") as stream:
            magic = stream.read(4)
        if magic[:2] != b"PK" and path.suffix.lower() != ".zip":
            raise InputError(
                "这既不是移交包，也不是 PDF。",
                where=str(path),
                remedy="请给出移交包的 .zip、解压后的文件夹，或一个 PDF 文件。",
            )
        return _ours(path, open_zip(path))
    except UnreadableZipError as error:
        return review("zip.structure", str(error), path.name)
    except NotAPackageZipError as error:
        return failed("zip.structure", f"压缩包的目录无法读取（{error}）。", path.name)
    except OSError as error:
        raise InputError(
            f"打不开：{reason_of(error)}。", where=str(path), remedy="请检查路径和读取权限。"
        ) from error


def packages_in(folder: Path) -> tuple[Path, ...]:
    """Packages that lie directly in a folder which is none itself; empty when it is no such folder.

    What operating systems leave beside them (`._WJB-2022-W13.zip`) is none.
    """
    if not folder.is_dir() or (folder / "bagit.txt").exists() or (folder / "data").exists():
        return ()
    return tuple(
        sorted(
            path
            for path in folder.iterdir()
            if not is_left_behind(path.name)
            and ((path.is_file() and path.suffix.lower() == ".zip") or (path / "bagit.txt").is_file())
        )
    )


_OUR_LABELS = re.compile(rb"^(?:Package-Format|Checkpoint-Root|Journal-Start|Service-Weeks): ", re.MULTILINE)

_OUR_FILES = re.compile(
    rf"(?:(?<=/)|^)(?:{re.escape(SIGNATURE)}$|data/facts\.json$|data/资料包\.json$|data/ledger/.)",
    re.IGNORECASE,
)
"""By name, whatever a program made of its case, or put in front of it."""


def _ours(path: Path, container: Container) -> Container:
    """The container, when any mark of ours is in it; another system's bag is no failed package of ours.

    A zip that readers disagree about is judged, since its marks may be what was hidden.

    Raises:
        ForeignBagError: there is none.
    """
    files = container.files
    info = files.get("bag-info.txt")
    refused = [check.location for check in container.checks if check.id == "zip.entry"]
    if (
        any(_OUR_FILES.match(name) for name in files)
        or any(_OUR_FILES.search(name) for name in refused)
        or any(check.id in ("zip.structure", "zip.duplicate") for check in container.checks)
        or (info is not None and info.size < TEXT_LIMIT and _OUR_LABELS.search(info.read(TEXT_LIMIT)))
    ):
        return container
    raise ForeignBagError(
        "这不是本系统的移交包。",
        where=str(path),
        remedy="其他系统的归档包请用制作它的系统验证。",
    )


def renewals_beside(path: Path) -> Path:
    """Where `evidence renew` puts the later time stamps of a package."""
    return path.parent / f"{path.name.removesuffix('.zip')}.renewals"


def starts_with_pdf(path: Path) -> bool:
    """A PDF by its first bytes; what starts as a zip is one, even if a PDF hides behind."""
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
        return not head.startswith(b"PK") and (b"%PDF-" in head or path.suffix.lower() == ".pdf")
    except OSError:
        return False
