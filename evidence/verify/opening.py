"""What lies at a path: a package as a zip or a folder, or one PDF."""

from __future__ import annotations

from pathlib import Path

from evidence.errors import InputError
from evidence.foreign import reason_of
from evidence.verify.bag import MANIFEST, TAGMANIFEST
from evidence.verify.container import Container, open_folder
from evidence.verify.model import Check, failed
from evidence.verify.zip_structure import NotAPackageZipError, open_zip


def open_container(path: Path) -> Container | Check:
    """The package's files, or why a zip cannot be read.

    Raises:
        InputError: the path does not exist or is neither a folder nor a zip.
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
            return open_folder(path)
        with path.open("rb") as stream:
            magic = stream.read(4)
        if magic[:2] != b"PK" and path.suffix.lower() != ".zip":
            raise InputError(
                "这既不是移交包，也不是 PDF。",
                where=str(path),
                remedy="请给出移交包的 .zip、解压后的文件夹，或一个 PDF 文件。",
            )
        return open_zip(path)
    except NotAPackageZipError as error:
        return failed("zip.structure", f"压缩包的目录无法读取（{error}）。", path.name)
    except OSError as error:
        raise InputError(
            f"打不开：{reason_of(error)}。", where=str(path), remedy="请检查路径和读取权限。"
        ) from error


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
