"""The completeness report bound behind the handover list: what is there, what lacks, what was checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evidence.bundles.typesetting import Sheet, compose
from evidence.domain.week import local_date, show_date, show_instant
from evidence.handover.handed_over import HandedOver
from evidence.handover.handover_context import Names
from evidence.handover.virus_scans import scans_of, security_row
from evidence.handover.week import WeekWork
from evidence.handover.wording import (
    FINDING_STATES,
    clause_of,
    incurable_words,
    notable,
    week_title,
)
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import RULESET_VERSION
from evidence.rules.outcomes import listed
from evidence.rules.owed import Owing


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What is known about the signature before it is made."""

    signer: str
    fingerprint: str
    list_level: str
    dossier_level: str
    authority: str
    """Name of the time-stamp authority, empty without."""
    evaluation: bool


def completeness_report(
    work: WeekWork,
    rows: Sequence[HandedOver],
    *,
    names: Names,
    number: str,
    signing: Signing,
    why_incomplete: str,
    complete: bool,
) -> Sheet:
    """The report bound behind the list, with the place for the visible signature (`signature`)."""
    stopping = [*work.owing.this_week, *work.owing.owed_before]
    notice = ""
    if not complete:
        notice = f"本包不完整：{_owed_words(work.owing)}。说明：{why_incomplete}"
    data = {
        "title": f"完整性报告 {work.id}",
        "number": number,
        "package": work.id,
        "agency": names.agency,
        "regulator": names.regulator,
        "week_title": week_title(work.week) + (f"补充第{work.supplement}号" if work.supplement else ""),
        "date": show_date(local_date(work.at)),
        "evaluation": signing.evaluation,
        "notice": notice,
        "head": _head(work, names, number),
        "summary": summary(work, rows, complete=complete),
        "counts": [sum(finding.kind is kind for finding in work.findings) for kind in Kind],
        "problems": [_problem(finding) for finding in notable(work.findings)],
        "blocking": "注明“影响移交”的，补齐前本不得移交。" if stopping else "以上各项都不影响本次移交。",
        "quality": _quality(work),
        "ledger": _ledger(work, signing),
        "footnote": "合同日期（检查、督促、复查、移交）以记录和账本为准；"
        "证书与时间戳记录的是真实签名时间，二者相差一天以上时，真实时间载于包内 bag-info.txt。"
        "核对结论由登记的事实推算，证明的是推算无误，不能代替对事实本身的核查。",
    }
    return compose("completeness", data, at=work.at, marks=True)


def summary(work: WeekWork, rows: Sequence[HandedOver], *, complete: bool) -> str:
    """One sentence on what is in the package."""
    cases = len(work.facts.carried)
    records = [row for row in rows if row.record]
    pages = sum(row.pages for row in records)
    others = len(rows) - len(records)
    owing = work.owing
    if not cases:
        if complete and not owing.all:
            return "本周没有应移交的材料（零报告）。"
        return f"本周没有检查，也没有新到材料（零报告）；{_owed_words(owing)}，见完整性核对。"
    if work.supplement:
        verdict = "本补充包所载材料齐全" if complete else "本补充包所载材料不完整"
        verdict += "，不代表该周材料齐全"
        if work.changes:
            verdict += f"；自上一包以来：{listed(work.changes, 4)}"
    else:
        verdict = "应随包移交的材料齐全" if complete else "材料不完整"
    told = f"；{_owed_words(owing)}，见完整性核对" if owing.all else ""
    more = f"，另有 {others} 件其他材料" if others else ""
    sent = f"共移交 {cases} 个案件、{len(records)} 份记录、{pages} 页{more}"
    return f"{sent}，{verdict}{told}{_open_points(work)}。"


def _owed_words(owing: Owing) -> str:
    """How much is missing, since when: `本周缺 1 项，此前声明未移交的仍有 5 项`."""
    told = [f"本周缺 {len(owing.this_week)} 项"] if owing.this_week else []
    told += [f"此前声明未移交的仍有 {len(owing.owed_before)} 项"] if owing.owed_before else []
    told += [f"已声明无法补正的 {len(owing.incurable)} 项"] if owing.incurable else []
    return "，".join(told)


def _open_points(work: WeekWork) -> str:
    """What is not in order although it stops no package: a reader must not take 齐全 for all is well."""
    fails, reviews = (
        sum(
            finding.kind is kind and not finding.blocking and finding.incurable is None
            for finding in work.findings
        )
        for kind in (Kind.FAIL, Kind.REVIEW)
    )
    told = [f"{fails} 项不符合"] * bool(fails) + [f"{reviews} 项待认定"] * bool(reviews)
    return f"；合同核对另有 {'、'.join(told)}，不影响移交，见完整性核对" if told else ""


def _head(work: WeekWork, names: Names, number: str) -> list[tuple[str, str, str, str]]:
    previous = work.previous.id if work.previous else "无（首次移交）"
    return [
        ("移交单编号", number, "移交包编号", work.id),
        ("移交单位", names.agency, "接收单位", names.regulator),
        ("合同项目", names.contract_name, "移交日期", show_date(local_date(work.at))),
        ("上一移交包", previous, "份数", "2 份（移交、接收单位各 1 份）"),
    ]


def _problem(finding: Finding) -> dict[str, Any]:
    return {
        "state": FINDING_STATES[finding.kind],
        "subject": _subject(finding),
        "clause": clause_of(finding),
        "message": finding.message,
        "blocking": finding.blocking,
        "waiver": f"例外：{finding.waiver.why}" if finding.waiver else incurable_words(finding),
        "due": finding.due.isoformat() if finding.due else "",
    }


def _subject(finding: Finding) -> str:
    """Number of the record, visit or case; a bare number is an instalment of the contract."""
    subject = finding.subject
    name = subject.document or subject.visit or subject.case or subject.enterprise or "全局"
    return f"第{name}期付款" if name.isdigit() else name


def _quality(work: WeekWork) -> list[dict[str, str]]:
    """The four checks of DA/T 70-2018, each with what was really done; of nothing no quality is claimed."""
    whole = not work.owing.this_week and not work.owing.owed_before
    carried = bool(work.facts.carried)
    return [
        {
            "item": "真实性",
            "how": "打包时逐件重算原件 SHA-256，与到件登记一致；整包由移交单位数字签名。",
            "state": "present" if carried else "open",
            "word": "合格" if carried else "无材料",
        },
        {
            "item": "完整性",
            "how": "按合同逐条核对文书、页、签章、音视频，结果见第一部分。",
            "state": ("present" if carried else "open") if whole else "missing",
            "word": ("合格" if carried else "无材料") if whole else "不完整",
        },
        {
            "item": "可用性",
            "how": "每份原件均已打开并逐页装入卷宗；格式为 PDF、JPEG、PNG、TIFF 等通用格式。",
            "state": "present" if carried else "open",
            "word": "合格" if carried else "无材料",
        },
        security_row(scans_of(work)),
    ]


def _ledger(work: WeekWork, signing: Signing) -> list[tuple[str, str]]:
    stamp = f"时间戳机构：{signing.authority}" if signing.authority else "未配置时间戳机构，签名时间为自报"
    return [
        ("检查点指纹", f"{work.fingerprint}（与《接收回执》一致）"),
        ("检查点", f"账本共 {work.size} 行，树根 {work.tree.root.hex()[:32]} {work.tree.root.hex()[32:]}"),
        ("核对规则", f"规则版本 {RULESET_VERSION}，核对时刻 {show_instant(work.at)}"),
        ("签名证书", f"{signing.signer}，SHA-256 {signing.fingerprint[:32]} {signing.fingerprint[32:]}"),
        ("签名等级", f"本清单 PAdES {signing.list_level}，各卷宗 PAdES {signing.dossier_level}；{stamp}"),
    ]
