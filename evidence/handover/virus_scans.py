"""Which virus scans the files of a package went through: row 安全性 of the handover list (DA/T 70-2018)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evidence.domain.identifiers import ArrivalId
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.handover.week import WeekWork

_REFUSED = "到件时已拒收可执行、加密和类型不符的文件；"
_WORDS = {
    ScanResult.CLEAN: "未发现病毒",
    ScanResult.INFECTED: "发现有害内容",
    ScanResult.NOT_SCANNED: "超过扫描上限、未经扫描",
    ScanResult.UNAVAILABLE: "到件时扫描程序没有应答、未经扫描",
    None: "到件时没有扫描程序、未经扫描",
}


def scans_of(work: WeekWork) -> list[VirusScan | None]:
    """One for each arrival of the cases carried; None for one that no scanner saw."""
    arrivals: dict[ArrivalId, None] = {}
    for case in work.facts.carried:
        for document in case.documents:
            arrivals |= {ArrivalId(scan.arrival): None for scan in (*document.scans, *document.other_copies)}
            came = (work.view.arrival_of(digest) for digest in document.edocuments)
            arrivals |= {each.id: None for each in came if each is not None}
        arrivals |= {ArrivalId(material.arrival): None for material in case.materials}
        arrivals |= {ArrivalId(each.arrival): None for each in case.recordings if each.arrival}
    found = (work.view.arrival(arrival) for arrival in arrivals)
    return [each.scan for each in found if each is not None]


def security_row(scans: Sequence[VirusScan | None]) -> dict[str, str]:
    """The row: clean only where every file was scanned whole and nothing was found."""
    done = [scan for scan in scans if scan is not None]
    if not done:
        how = f"{_REFUSED}病毒查杀由接收单位按其规定进行。"
        return {"item": "安全性", "how": how, "state": "open", "word": "待接收方"}
    counted = Counter(None if scan is None else scan.result for scan in scans)
    told = "，".join(f"{counted[result]} 件{word}" for result, word in _WORDS.items() if counted[result])
    engines = "、".join(dict.fromkeys(_engine(scan) for scan in done if scan.engine))
    how = f"{_REFUSED}到件时病毒扫描（{engines}）：{told}。" if engines else f"{_REFUSED}{told}。"
    clean = counted[ScanResult.CLEAN] == len(scans)
    return {
        "item": "安全性",
        "how": how,
        "state": "present" if clean else "undecided",
        "word": "合格" if clean else "待认定",
    }


def _engine(scan: VirusScan) -> str:
    return f"{scan.engine}，病毒库 {scan.signatures}" if scan.signatures else scan.engine
