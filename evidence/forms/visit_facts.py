"""Turns the records of a visit file into facts: visits, reports, escalations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path
from typing import Any

from evidence.archive.originals import Originals
from evidence.domain.case import (
    Case,
    Channel,
    Escalation,
    ItemResult,
    ItemVerdict,
    Recipient,
    RectificationReport,
    Refusal,
    ReviewResult,
    Trigger,
    Visit,
    VisitKind,
    in_force,
)
from evidence.domain.hazard import HazardAnswer, HazardProgress, HazardResult, Picture
from evidence.domain.identifiers import PersonId, Sha256, VisitId
from evidence.domain.week import local_date
from evidence.errors import InputError, UsageError
from evidence.forms.device_report import DeviceReport
from evidence.forms.hazard_rows import read_hazards
from evidence.forms.people import Contact, VisitDetails, store
from evidence.forms.photographs import picture_of, prepare
from evidence.forms.plausible import ITEMS, Plausible, check_escalation, check_report, check_visit
from evidence.forms.settings import FormsSettings
from evidence.forms.tables import Mistakes, Record
from evidence.forms.visit_tables import CARRIED_BY, KINDS, REFUSERS
from evidence.language import _
from evidence.ledger.view import View

FINDING_KINDS = frozenset({VisitKind.CHECK, VisitKind.RECHECK, VisitKind.GUIDANCE})
"""Visits at which new hazards may be found."""


@dataclass(slots=True)
class TakenFields:
    """基本情况, and which of its fields the fact being built has taken."""

    record: Record
    headings: set[str] = field(default_factory=lambda: {"类型"})

    def __getitem__(self, heading: str) -> Any:
        self.headings.add(heading)
        return self.record[heading]

    def where(self, heading: str) -> str:
        """Sheet and cell of a field, for a message."""
        return self.record.where(heading)

    def left(self, kind: str) -> list[str]:
        """Fields that were filled in and that a visit of this kind cannot carry."""
        filled = (heading for heading, value in self.record.values.items() if value not in (None, "", ()))
        return [
            heading
            for heading in filled
            if heading not in self.headings or CARRIED_BY.get(heading, kind) != kind
        ]


@dataclass(slots=True)
class FactReader:
    """Turns records into domain facts."""

    path: Path
    case: Case
    view: View
    originals: Originals
    mistakes: Mistakes
    head: TakenFields
    lists: dict[str, list[Record]]
    photos: dict[Sha256, Path] = field(default_factory=dict)
    pictures: dict[Sha256, Picture] = field(default_factory=dict)
    details: VisitDetails = field(default_factory=VisitDetails)
    admit: Callable[[Path], object] = lambda _path: None
    """Looks at a photograph before it is taken."""
    device: DeviceReport = field(default_factory=DeviceReport)
    """What a telephone says beside the facts."""
    taken_lists: set[str] = field(default_factory=set)
    items: int = ITEMS
    """How many the checklist has."""

    def visit(self, kind: str) -> Visit:
        """检查, 督促, 复查, 指导, 约谈."""
        head = self.head
        arrived, left = self._instant("到达时间", required=True), self._instant("离开时间")
        if arrived and left and left < arrived:
            self.mistakes.error(head.where("离开时间"), _("离开时间早于到达时间"))
        self.details = self._details()
        hazards = (
            read_hazards(self._rows("隐患"), arrived, self._photos, self.mistakes, self.items)
            if kind in FINDING_KINDS
            else ()
        )
        escort = head["陪同人员到场"]
        if kind == VisitKind.CHECK and not hazards and not head["未发现隐患"]:
            self.mistakes.warn(head.where("未发现隐患"), _("没有登记隐患；如确实未发现，请填“是”"))
        return Visit(
            id=VisitId(f"{self.case.id}-V0"),
            case=self.case.id,
            kind=VisitKind(kind),
            arrived_at=arrived or datetime.now(UTC),
            left_at=left,
            experts=self._people("检查人员"),
            supervisors=self._people("监管人员"),
            badge_shown=head["出示工作证"],
            escort_present=bool(head["陪同人员"]) or None if escort is None else escort,
            principal_present=head["主要负责人到场"],
            devices=head["记录仪"] or (),
            scope=head["检查场所"] or "",
            summary=head["情况"] or "",
            areas_refused=head["未开放场所"] or (),
            refusals=self._refusals(),
            items=self._items(kind),
            hazards=hazards,
            hazards_none=bool(head["未发现隐患"]),
            deep_inspection=head["深度检查"],
            progress=self._progress(),
            channel=head["督促方式"],
            call_noted=self._call_noted() if head["督促方式"] is Channel.PHONE else None,
            attitude=head["企业态度"],
            results=self._results(),
            topics=head["指导内容"] or (),
            planned_recheck=head["计划复查日期"],
            change_note=head["计划外说明"] or "",
            clocked=self.device.clocked,
        )

    def report(self, _kind: str) -> RectificationReport:
        """整改报告 and its first review."""
        head = self.head
        received = head["收到日期"]
        if received is None:
            self.mistakes.error(head.where("收到日期"), _("“收到日期”必填"))
        answers = tuple(self._answer(record) for record in self._rows("整改答复"))
        if not answers:
            self.mistakes.error("整改答复", _("至少要有一项隐患的答复"))
        return RectificationReport(
            case=self.case.id,
            version=1,
            reported_on=head["报告日期"],
            received_on=received or local_date(datetime.now(UTC)),
            received_by=self._person("接收人"),
            answers=answers,
            reviewed_on=head["审核日期"],
            reviewed_by=self._person("审核人"),
            review=head["审核结论"],
            notified_on=head["告知日期"],
            notified_by=head["告知方式"] or "",
        )

    def escalation(self, _kind: str) -> Escalation:
        """上报."""
        head = self.head
        for heading in ("上报情形", "收件单位"):
            if head[heading] is None:
                self.mistakes.error(head.where(heading), _("“{heading}”必填").format(heading=heading))
        reported = self._instant("上报时间", required=True)
        return Escalation(
            id="E0",
            case=self.case.id,
            trigger=head["上报情形"] or Trigger.OVERDUE,
            recipient=head["收件单位"] or Recipient.SAFETY_SECTION,
            reported_at=reported or datetime.now(UTC),
            hazards=tuple(self._hazard_id(part, head.where("上报隐患")) for part in head["上报隐患"] or ()),
            receipt_at=self._instant("签收时间"),
            outcome=head["处理结果"] or "",
        )

    def refuse_dropped(self, kind: str) -> None:
        """Nothing entered is dropped: what this kind cannot carry is refused by name."""
        word = next((word for word, value in KINDS.items() if value == kind), kind)
        for heading in self.head.left(kind):
            self.mistakes.error(
                self.head.where(heading),
                _("“{kind}”不登记“{heading}”，请删去，或另登记一份").format(kind=word, heading=heading),
            )
        for name, rows in self.lists.items():
            if rows and (name not in self.taken_lists or CARRIED_BY.get(name, kind) != kind):
                said = _("“{kind}”不登记“{heading}”，请删去，或另登记一份")
                self.mistakes.error(rows[0].place, said.format(kind=word, heading=name))

    def _rows(self, name: str) -> list[Record]:
        self.taken_lists.add(name)
        return self.lists.get(name, [])

    def refuse_impossible(self, made: Any, bounds: Plausible) -> None:
        """Facts that cannot be true."""
        if isinstance(made, Visit):
            check_visit(bounds, made, self.head.record, self.mistakes)
        elif isinstance(made, RectificationReport):
            check_report(bounds, made, self.head.record, self._rows("整改答复"), self.mistakes)
        elif isinstance(made, Escalation):
            check_escalation(bounds, made, self.head.record, self.mistakes)

    def settle(self, made: Any, source: Sha256) -> Any:
        """The fact with its stored file, names of its photographs, and for a visit the stored names."""
        pictures = tuple(self.pictures.values())
        if isinstance(made, Visit):
            details = store(self.originals, self.details)
            return replace(made, source=source, details=details, pictures=pictures)
        if isinstance(made, RectificationReport):
            return replace(made, source=source, pictures=pictures)
        return replace(made, source=source)

    def _instant(self, heading: str, *, required: bool = False) -> datetime | None:
        value = self.head[heading]
        if value is None:
            if required:
                self.mistakes.error(self.head.where(heading), _("“{heading}”必填").format(heading=heading))
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else None

    def _details(self) -> VisitDetails:
        head = self.head

        def contact(role: str) -> Contact:
            return Contact(
                name=head[role] or "", position=head[f"{role}职务"] or "", telephone=head[f"{role}电话"] or ""
            )

        return VisitDetails(
            escort=contact("陪同人员"),
            principal=contact("主要负责人"),
            listener=contact("接洽人"),
            interviewer=contact("约谈人"),
            call_minutes=head["通话分钟"],
            opinion=head["企业意见"] or "",
            commitment=head["企业表态"] or "",
            place=head["约谈地点"] or "",
            recorder=head["记录人"] or "",
        )

    def _call_noted(self) -> tuple[str, ...]:
        """Which of the facts of a call are written down; the names and numbers themselves stay out."""
        return tuple(one for one in ("接洽人", "接洽人电话") if self.head[one])

    def _people(self, heading: str) -> tuple[PersonId, ...]:
        found = [self._find_person(part, heading) for part in self.head[heading] or ()]
        return tuple(dict.fromkeys(person for person in found if person is not None))

    def _person(self, heading: str) -> PersonId | None:
        wanted = self.head[heading]
        return self._find_person(wanted, heading) if wanted else None

    def _find_person(self, wanted: str, heading: str) -> PersonId | None:
        fitting = [p.id for p in self.view.people() if wanted.upper() == p.id or wanted == p.name]
        if len(fitting) == 1:
            return fitting[0]
        problem = _("名册中没有“{wanted}”") if not fitting else _("名册中“{wanted}”有同名，请填编号")
        self.mistakes.error(self.head.where(heading), problem.format(wanted=wanted))
        return None

    def _items(self, kind: str) -> tuple[ItemResult, ...]:
        seen: dict[int, str] = {}
        results = []
        for record in self._rows("检查项目"):
            number, verdict = record["序号"], record["结果"]
            if number is None or verdict is None:
                continue
            if not 1 <= number <= self.items:
                self.mistakes.error(
                    record.where("序号"), _("检查项目只有1～{items}项").format(items=self.items)
                )
            elif number in seen:
                self.mistakes.error(record.where("序号"), _("与 {other} 重复").format(other=seen[number]))
            elif verdict is ItemVerdict.NOT_APPLICABLE and not record["说明"]:
                self.mistakes.error(record.where("说明"), _("“不适用”须写明理由"))
            seen[number] = record.place
            results.append(ItemResult(item=number, verdict=verdict, remark=record["说明"] or ""))
        if kind == VisitKind.CHECK and 0 < len(results) < self.items:
            missing = [str(n) for n in range(1, self.items + 1) if n not in seen]
            self.mistakes.warn("检查项目", _("第{items}项没有结果").format(items="、".join(missing)))
        return tuple(sorted(results, key=lambda result: result.item))

    def _photos(self, record: Record) -> tuple[Sha256, ...]:
        """Check each photograph, so that it cannot fail later when the form is made."""
        digests = []
        for name in record["照片"] or ():
            photo = self.path.parent / name
            where = record.where("照片")
            if not photo.is_file():
                self.mistakes.error(where, _("找不到照片“{name}”").format(name=name))
                continue
            with photo.open("rb") as stream:
                digest = Sha256(file_digest(stream, "sha256").hexdigest())
            shot = self.device.shots.get(digest)
            try:
                self.admit(photo)
                prepare(photo, 76.0, 46.0, FormsSettings())
                if shot is not None and shot.capture.original != digest:
                    self.admit(shot.original)
            except (InputError, UsageError) as error:
                self.mistakes.error(where, f"“{name}”：{error.what}")
                continue
            self.photos[digest] = photo
            picture = picture_of(photo, digest)
            if shot is not None:
                self.photos[shot.capture.original] = shot.original
                picture = replace(picture, captured=shot.capture)
            self.pictures.setdefault(digest, picture)
            digests.append(digest)
        return tuple(digests)

    def _known_hazards(self) -> set[str]:
        visits = in_force(self.view.visits(self.case.id))
        return {hazard.id for visit in visits for hazard in visit.hazards}

    def _hazard_id(self, wanted: str | None, where: str) -> str:
        key = (wanted or "").upper()
        if key and key not in self._known_hazards():
            self.mistakes.error(where, _("本案没有隐患 {key}").format(key=key))
        return key

    def _progress(self) -> tuple[HazardProgress, ...]:
        return tuple(
            HazardProgress(
                hazard=self._hazard_id(record["隐患"], record.where("隐患")),
                state=record["进度"],
                difficulty=record["困难"] or "",
                guidance=record["指导意见"] or "",
            )
            for record in self._rows("整改进度")
            if record["进度"] is not None
        )

    def _results(self) -> tuple[HazardResult, ...]:
        return tuple(
            HazardResult(
                hazard=self._hazard_id(record["隐患"], record.where("隐患")),
                state=record["结果"],
                description=record["描述"] or "",
                new_deadline=record["新期限"],
                photos=self._photos(record),
            )
            for record in self._rows("复查结果")
            if record["结果"] is not None
        )

    def _answer(self, record: Record) -> HazardAnswer:
        verdict = record["审核"]
        return HazardAnswer(
            hazard=self._hazard_id(record["隐患"], record.where("隐患")),
            measure=record["整改措施"] or "",
            responsible=record["责任人"] or "",
            deadline=record["期限"],
            funds_yuan=record["资金"],
            completed_on=record["完成日期"],
            status=record["完成情况"] or "",
            photos=self._photos(record),
            obviously_wrong=None if verdict is None else verdict is ReviewResult.RETURNED,
        )

    def _refusals(self) -> tuple[Refusal, ...]:
        rows: Sequence[Record] = self._rows("拒签")
        return tuple(
            Refusal(role=record["对象"], reason=record["原因"] or "", witness=record["见证人"] or "")
            for record in rows
            if record["对象"] in REFUSERS.values()
        )
