"""The journal as a table for people and as JSON for other programs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

import msgspec

from evidence.domain.week import SHANGHAI
from evidence.ledger.codec import Entry

COLUMNS = ("序号", "时间", "经办", "事项", "对象", "内容", "摘要值")
TITLES = {
    "parties.imported/1": "导入名册",
    "case.opened/1": "开立案件",
    "visit.recorded/1": "登记检查",
    "report.recorded/1": "登记整改报告",
    "escalation.recorded/1": "登记上报",
    "register.entered/1": "登记台账",
    "number.reserved/1": "预留编号",
    "form.issued/1": "签发文书",
    "form.voided/1": "作废文书",
    "arrival.waiting/1": "到件等待",
    "arrival.taken/1": "到件入档",
    "arrival.judged/1": "到件结论",
    "arrival.scanned/1": "到件再查病毒",
    "arrival.decided/1": "人工处理到件",
    "mark.decided/1": "人工认定签章",
    "alteration.decided/1": "人工认定涂改",
    "recording.assigned/1": "指派音视频",
    "plan.filed/1": "报送周计划",
    "case.cancelled/1": "撤销案件",
    "visit.withdrawn/1": "撤回活动",
    "register.withdrawn/1": "撤回台账登记",
    "document.transcribed/1": "生成转录件",
    "waiver.granted/1": "登记例外",
    "gap.incurable/1": "声明无法补正",
    "hold.placed/1": "封存案件",
    "checkpoint.made/1": "制作检查点",
    "package.built/1": "制作移交包",
    "receipt.received/1": "收到接收回执",
    "signer.changed/1": "更换签名证书",
    "ledger.tail-cut/1": "截除未确认的残行",
    "ledger.restored/1": "由备份恢复",
    "ledger.recovered/1": "由档案补记",
    "archive.audited/1": "档案复核",
    "material.disposed/1": "资料销毁",
    "footage.seen/1": "调阅录像",
    "original.handed-out/1": "下载原件",
    "material.viewed/1": "查看材料",
}
DOWNLOADED = "下载资料"
_SUBJECTS = ("number", "arrival", "id", "key", "week", "package", "sha256", "case", "visit")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(entries: Iterable[Entry], out: TextIO) -> int:
    """One row an entry; returns the number of rows. Open `out` as utf-8-sig, newline=""."""
    table = csv.writer(out)
    table.writerow(COLUMNS)
    rows = 0
    for entry in entries:
        payload = entry.payload
        content = msgspec.json.encode(payload).decode()
        table.writerow(
            (
                entry.seq,
                f"{entry.instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}",
                _harmless(entry.actor),
                title_of(entry) or entry.kind,
                _harmless(subject(payload)),
                content,
                entry.digest,
            )
        )
        rows += 1
    return rows


def title_of(entry: Entry) -> str:
    """What happened, in a few words; empty for a kind that has none."""
    return DOWNLOADED if entry.payload.get("download") else TITLES.get(entry.kind, "")


def write_json(entries: Iterable[Entry], out: TextIO) -> int:
    """A JSON array, one entry a line; returns the number of entries."""
    out.write("[")
    count = 0
    for count, text in enumerate(_documents(entries), 1):
        out.write(("\n" if count == 1 else ",\n") + text)
    out.write("\n]\n")
    return count


def subject(payload: dict[str, Any]) -> str:
    """What an event is about: a number, an arrival, a case …"""
    inner = payload
    if not any(name in payload for name in _SUBJECTS):
        nested = [value for value in payload.values() if isinstance(value, dict)]
        inner = nested[0] if nested else payload
    return next((str(inner[name]) for name in _SUBJECTS if inner.get(name)), "")


def _documents(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield msgspec.json.encode(entry).decode()


def _harmless(text: str) -> str:
    """Spreadsheets must not take a name for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
