"""What the clerk reads about an arrival: short, in the trade's terms, with the next step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from evidence.domain.arrival_outcome import Reason
from evidence.domain.document import BoxKind, Document, Mark, MarkVerdict, ScannedPage
from evidence.domain.terms import box_title
from evidence.ledger.documents import DISAGREEING

REASONS: dict[str, str] = {
    Reason.EMPTY: "文件是空的（0 字节）。请重新扫描或重新复制。",
    Reason.INCOMPLETE: "文件不完整。收件夹中的原文件未动，补齐后自动接收；无法补齐的，请重新扫描或重新复制。",
    Reason.MALFORMED: "文件已损坏，打不开。请重新扫描或向提供人重新索取。",
    Reason.ENCRYPTED: "文件设有密码，无法读取。请去掉密码后重新放入。",
    Reason.TOO_LARGE: "文件超过允许的限度。请分成几份后重新放入，或请管理员放宽限制。",
    Reason.UNSUPPORTED_TYPE: "不接收这种类型的文件。请转成 PDF、图片、音视频、DOCX 或 XLSX 后重新放入。",
    Reason.TYPE_MISMATCH: "文件的扩展名与内容不符。请确认来源；若内容无误，请改正扩展名后重新放入。",
    Reason.NOT_REGULAR_FILE: "这不是文件本身（是链接、管道或设备）。请把文件本身复制进来，并删除这个条目。",
    Reason.FORGED_CODE: "二维码中的校验与签发时登记的不一致，可能不是本机构签发的页。请核对来源。",
    Reason.UNKNOWN_CODE: "二维码的编号在账本中没有登记。请核对是否为其他单位或其他工作区签发的文书。",
    Reason.VOID_FORM: "该编号的文书已作废。请使用重新签发的文书，重新签字后再扫描。",
    Reason.CONFLICTING_CODES: "同一页上的两个二维码互相矛盾。请检查是否有两张纸叠在一起，分开后重新扫描。",
    Reason.WRONG_CASE: "页面内容与二维码所指的文书不符。请核对是否贴错或复印了二维码。",
    Reason.ENGINE_TIMEOUT: "识别未能在限定时间内完成。文件已保存，可稍后运行 evidence inbox retry 重试。",
    Reason.INFECTED: "病毒扫描发现有害内容。文件已隔离，不会打开或展示；请勿转发，让提供人查杀后重新提供。",
    Reason.DAMAGED: "图像有一部分已损坏。请重新扫描；无法重新扫描的，请看图逐项确认。",
    Reason.NOT_READABLE: "读不到，里面的内容没有接收。请检查权限、路径长度和网络盘；改好后自动接收。",
}
"""Reason code of the interface -> what is so, and what to do."""

LOST = (
    "编号 {number} 可能是恢复备份之前签发的，账本里的登记已随恢复丢失："
    "请核对留存的签发件，属实的由人归入案件，或重新签发后补签。"
)
"""Of a number in the gap that a restore left."""

PAGE_REASONS: dict[str, str] = {
    Reason.FORGED_CODE: "二维码校验不符，可能不是本机构签发的页",
    Reason.UNKNOWN_CODE: "二维码的编号没有登记",
    Reason.VOID_FORM: "属于已作废的文书",
    Reason.CONFLICTING_CODES: "两个二维码互相矛盾",
    Reason.WRONG_CASE: "页面内容与二维码所指的文书不符",
    Reason.ENGINE_TIMEOUT: "识别超时，可重试",
    Reason.MALFORMED: "页面已损坏，无法显示",
    Reason.DAMAGED: "图像有损坏",
    Reason.TOO_COMPLEX: "图形过多，无法自动辨认",
    Reason.TOO_LARGE: "页面过大",
    Reason.NO_CODE: "没有读到二维码",
}

_REPAIRS = {BoxKind.SIGNATURE: "补签", BoxKind.SEAL: "补盖", BoxKind.DATE: "补填"}


def page_list(pages: Iterable[int]) -> str:
    """`第1–3、5页`."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return f"第{'、'.join(str(first) if first == last else f'{first}–{last}' for first, last in runs)}页"


_SEEN = {MarkVerdict.PRESENT: "已见", MarkVerdict.ABSENT: "未见", MarkVerdict.UNDECIDED: "待认定"}


def on_page(page: int, note: str) -> str:
    """A note that names its page, once."""
    return note if note.startswith(f"第{page}页") else f"第{page}页{note}"


def together(pages: Sequence[ScannedPage]) -> list[Mark]:
    """The marks of a file's pages; where it holds a page several times, what its copies say together."""
    found: dict[tuple[int, str], Mark] = {}
    for mark in (mark for page in pages for mark in page.marks):
        known = found.get((mark.page, mark.box))
        if known is None or known.verdict is mark.verdict:
            found[mark.page, mark.box] = known or mark
        elif MarkVerdict.UNDECIDED in (known.verdict, mark.verdict):
            # One copy decides what another leaves open.
            found[mark.page, mark.box] = known if mark.verdict is MarkVerdict.UNDECIDED else mark
        else:
            found[mark.page, mark.box] = replace(known, verdict=MarkVerdict.UNDECIDED, why=DISAGREEING)
    return list(found.values())


def changes(pages: Sequence[ScannedPage], document: Document | None, named: str = "") -> list[str]:
    """What a rescan shows otherwise than the scan in force before it, box by box, in one sentence."""
    before = _marks_before(document)
    changed: list[str] = []
    for mark in sorted(together(pages), key=lambda mark: (mark.page, mark.box)):
        known = before.get((mark.page, mark.box))
        if known is not None and known.verdict is not mark.verdict:
            title = box_title(mark.role, mark.kind)
            doubt = "（两次不一，请看图确认）" if _disputed(mark, known) else ""
            changed.append(
                f"第{mark.page}页{title}由“{_SEEN[known.verdict]}”变为“{_SEEN[mark.verdict]}”{doubt}"
            )
    return [f"{named}与先前的扫描相比，{'；'.join(changed)}。"] if changed else []


def held_against(marks: Iterable[Mark], document: Document | None) -> list[Mark]:
    """Marks of a file as they count beside the scan in force before: a dispute is no missing signature."""
    before = _marks_before(document)
    return [
        replace(mark, verdict=MarkVerdict.UNDECIDED, why=DISAGREEING)
        if (known := before.get((mark.page, mark.box))) is not None and _disputed(mark, known)
        else mark
        for mark in marks
    ]


def _marks_before(document: Document | None) -> dict[tuple[int, str], Mark]:
    return {} if document is None else {(mark.page, mark.box): mark for mark in document.marks}


def _disputed(mark: Mark, known: Mark) -> bool:
    """Whether one of two scans shows a mark and the other does not, without new strokes to explain it."""
    return {known.verdict, mark.verdict} == {MarkVerdict.PRESENT, MarkVerdict.ABSENT} and not mark.new_since


def mark_sentences(marks: Sequence[Mark]) -> list[str]:
    """One sentence for each required mark that is not there or cannot be judged."""
    sentences = []
    for mark in sorted(marks, key=lambda mark: (mark.page, mark.box)):
        if not mark.required or mark.verdict is MarkVerdict.PRESENT:
            continue
        title = box_title(mark.role, mark.kind)
        if mark.verdict is MarkVerdict.ABSENT:
            sentences.append(f"第{mark.page}页未见{title}，请{_REPAIRS[mark.kind]}后重新扫描该页。")
        else:
            why = f"（{mark.why}）" if mark.why and not mark.decided_by else ""
            sentences.append(f"第{mark.page}页的{title}待认定{why}，请看图确认。")
    return list(dict.fromkeys(sentences))
