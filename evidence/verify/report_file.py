"""Reports as files: each appears whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from evidence.errors import InputError
from evidence.foreign import reason_of
from evidence.language import _
from evidence.verify.model import Report
from evidence.verify.series import SeriesReport


def write_report(report: Report | SeriesReport, target: Path) -> None:
    """The PDF for people.

    Raises:
        InputError: the file cannot be written.
        MissingPartError: no Chinese font is installed.
    """
    from evidence.verify.report_pdf import report_bytes  # its library takes a while to load

    _put(report_bytes(report), target)


def write_etsi(report: Report | SeriesReport, target: Path) -> None:
    """The XML for another validator (ETSI TS 119 102-2).

    Raises:
        InputError: the file cannot be written.
    """
    from evidence.verify.etsi_report import etsi_xml

    reports = report.packages if isinstance(report, SeriesReport) else (report,)
    _put(etsi_xml(reports), target)


def _put(data: bytes, target: Path) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent or Path(), prefix=".report-", suffix=target.suffix)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except OSError as error:
        raise InputError(
            _("报告写不出来：{why}。").format(why=reason_of(error)),
            where=str(target),
            remedy=_("请检查文件夹是否存在、能否写入。"),
        ) from error
