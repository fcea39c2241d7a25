"""Each step of a scenario as the command a user types, with the file a user would have filled in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from evidence.domain.case import VisitKind, in_force
from evidence.domain.hazard import HazardState
from evidence.domain.identifiers import CaseId
from evidence.domain.week import SHANGHAI, local_date
from evidence.forms.visit_tables import KINDS
from evidence.rules.registers import REGISTERS
from tests.support.accounts import tie as link_account
from tests.support.scenario_runner import films, told
from tests.support.scenario_runner.table import FOLDER, BadScenarioError, Situation, Step, moment, read_yaml
from tests.support.scenario_runner.workspace import SECOND, Agencies, Agency

BLANK = "留空"
CASE_KINDS = {"年度": "annual", "新进": "new-enterprise", "专项": "special", "普查": "survey"}
REGISTER_IDS = {one.title: one.id for one in REGISTERS}
ENTRY_FIELDS = {
    "登记号": "key", "日期": "on", "人员": "person", "企业": "enterprise", "案件": "case", "活动": "visit",
    "起": "valid_from", "止": "valid_to", "签收日期": "receipt_on", "内容": "data",
}  # fmt: skip
FIRST_DAY = "2021-12-20"
"""When the usual was entered."""


@cache
def usual() -> dict[str, Any]:
    """惯例.yaml."""
    found: dict[str, Any] = read_yaml(FOLDER / "惯例.yaml")
    return found


def prepare(agencies: Agencies) -> Callable[[Agency, str], None]:
    """Fill a starting point: 常态 has the registers too, 空台账 only the roster."""

    def fill(agency: Agency, start: str) -> None:
        agency.now = moment(FIRST_DAY, datetime.min.time().replace(hour=9))
        _done(agency.run("import", str(agency.write(usual()["名册"]))))
        if start in ("常态", SECOND):
            rows = [row for entry in usual()["台账"] for row in _entries(entry, agencies.paper, None)]
            _done(agency.run("register", "import", str(agency.write(rows))))
        elif start != "空台账":
            raise BadScenarioError(f"起点应是“常态”“空台账”或“{SECOND}”，写的是 {start}")

    return fill


class Course:
    """One scenario under way: its agency, its cases in the order they were opened."""

    def __init__(self, situation: Situation, agencies: Agencies) -> None:
        self.agency = agencies.copy(situation.start, prepare(agencies))
        self._paper = agencies.paper
        self.cases: list[CaseId] = []
        if situation.settings:
            _change_settings(self.agency.root / "evidence.toml", situation.settings)

    def take(self, step: Step) -> None:
        """Do one step.

        Raises:
            AssertionError: the program took what it should refuse, or refused what it should take.
        """
        self.agency.now = step.at
        content = step.content if isinstance(step.content, dict) else {}
        refusal = content.get("应拒绝")
        plain = {key: value for key, value in content.items() if key != "应拒绝"}
        act = self._acts().get(step.act)
        if act is None and step.act not in KINDS:
            raise BadScenarioError(f"不认识这一步：{step.act}")
        asked = plain if isinstance(step.content, dict) else step.content
        result = act(asked) if act else self._enter(step.act, plain)
        said = str(result[2] or "")
        if refusal is None:
            assert result[2] is None, f"{step.at:%Y-%m-%d} {step.act} 被拒绝：{said}"
        else:
            assert refusal in said, (
                f"{step.at:%Y-%m-%d} {step.act} 应被拒绝（{refusal}），得到：{said or '已登记'}"
            )

    def _acts(self) -> dict[str, Callable[[Any], Any]]:
        return {
            "开案": self._open,
            "导入": self._import,
            "登记": self._register,
            "命令": self._command,
            "签发": self._issue,
            "录像": lambda given: films.tell(self.agency, given, self._day()),
            "录像文件": lambda given: films.bring(self.agency, given, self._day()),
            "指派录像": lambda given: films.assign(self.agency, given, self.ids()[given["活动"]]),
            "扫描件": lambda given: told.scans(self.agency, self._case(given), given),
            "补扫": lambda given: told.scan_again(self.agency, given),
            "本机账号": self._account,
            "人工认定": lambda given: told.mark(self.agency, given),
            "计划": lambda given: told.plan(self.agency, given),
            "移交": lambda given: told.package(self.agency, given),
            "回执": lambda given: told.receipt(self.agency, given),
        }

    def ids(self) -> dict[str, str]:
        """Short words of the scenario -> ids in findings."""
        found = {one.short_name: str(one.id) for one in self.agency.workspace.ledger.view.enterprises()}
        for number, case in enumerate(self.cases, 1):
            found[f"第{number}案"] = case
            found |= {f"第{number}案V{n}": f"{case}-V{n}" for n in range(1, 20)}
        if self.cases:
            found |= {f"V{n}": f"{self.cases[0]}-V{n}" for n in range(1, 20)}
        return found

    # --- commands --------------------------------------------------------------------------------
    def _open(self, given: dict[str, str]) -> Any:
        word, _sep, campaign = given.get("类别", "年度").partition(":")
        kind = CASE_KINDS[word] + (f":{campaign}" if campaign else "")
        words = ["case", "open", given.get("企业", "甲精密"), "--kind", kind, "--json"]
        words += ["--on", given["开立日期"]] if "开立日期" in given else []
        words += ["--again", "--why", given["另开原因"]] if "另开原因" in given else []
        result = self.agency.run(*words)
        if result[2] is None:
            self.cases.append(CaseId(re.findall(r"\b[A-Z]{3}\d\d-\d{4}\b", result[1])[0]))
        return result

    def _import(self, given: dict[str, list[dict[str, str]]]) -> Any:
        known = usual()["名册"]
        keys = {"企业": "简称", "人员": "编号", "记录仪": "设备号"}
        document = {}
        for table, rows in given.items():
            key = keys.get(table, "")
            usual_rows = {row[key]: row for row in known.get(table, ())} if key else {}
            document[table] = [_filled({**usual_rows.get(row.get(key, ""), {}), **row}) for row in rows]
        return self.agency.run("import", str(self.agency.write(document)))

    def _register(self, given: dict[str, Any]) -> Any:
        rows = _entries(given, self._paper, self)
        return self.agency.run("register", "import", str(self.agency.write(rows)))

    def _issue(self, given: dict[str, Any]) -> Any:
        """A form for a person, or for the case; set by LibreOffice, so only where paper is the subject."""
        subject = given.get("人员") or self._case(given)
        values = given.get("填写")
        more = ["--values", str(self.agency.write(values))] if values else []
        return self.agency.run("issue", subject, given["文书"], *more)

    def _command(self, given: Any) -> Any:
        line = given["输入"] if isinstance(given, dict) else given
        return self.agency.run(*shlex.split(line.replace("【纸质件】", str(self._paper))))

    def _account(self, person: str) -> Any:
        link_account(self.agency.root, person)
        return (0, "", None)

    def _enter(self, kind: str, given: dict[str, Any]) -> Any:
        case = self._case(given)
        fields = {**usual()[kind], **given}
        more = [word for name, word in (("更正", "--visit"), ("另一次", "--separate")) if name in fields]
        if "更正" in fields:
            more.append(self.ids().get(fields["更正"], fields["更正"]))
        for name in ("案件", "更正", "另一次"):
            fields.pop(name, None)
        fields |= self._lists(kind, fields, case)
        document = self._dated({"类型": kind, **_filled(fields)}, case, self._arrival(fields))
        return self.agency.run("visit", "add", case, str(self.agency.write(document)), *more)

    # --- what the file would say -----------------------------------------------------------------
    def _day(self) -> datetime:
        return self.agency.now.astimezone(SHANGHAI)

    def _case(self, given: dict[str, Any]) -> CaseId:
        """The case named, else the last one opened; one is opened where there is none."""
        if "案件" in given:
            return self.cases[int(str(given["案件"]).strip("第案")) - 1]
        if not self.cases:
            opened = self._open({})
            if opened[2] is not None:
                raise opened[2]
        return self.cases[-1]

    def _lists(self, kind: str, fields: dict[str, Any], case: CaseId) -> dict[str, Any]:
        """The tables of the file: given rows completed, usual rows where none were given."""
        found: dict[str, Any] = {}
        hazards, still_open = self._hazards(case)
        if kind in ("检查", "复查", "指导") and isinstance(fields.get("隐患"), list):
            found["隐患"] = [_filled({**usual()["隐患"], **row}) for row in fields["隐患"]]
        elif kind == "检查" and "隐患" not in fields and fields.get("未发现隐患") != "是":
            found["隐患"] = [usual()["隐患"]]
        if kind == "检查" and fields.get("检查项目") != BLANK:
            count = self.agency.workspace.settings.parameters.checklist_items
            found["检查项目"] = _items(found.get("隐患", []), fields.get("检查项目") or [], count)
        answers = {
            "督促": ("整改进度", hazards),
            "整改报告": ("整改答复", hazards),
            "复查": ("复查结果", still_open),
        }
        if kind in answers:
            table, named = answers[kind]
            rows = fields.get(table, [{"隐患": one} for one in named])
            if rows != BLANK:
                found[table] = [_filled({**usual()[table], **row}) for row in rows]
        if isinstance(fields.get("拒签"), list):
            found["拒签"] = fields["拒签"]
        if kind == "上报" and "上报隐患" not in fields:
            found["上报隐患"] = "、".join(still_open) or None
        return {name: rows for name, rows in found.items() if rows}

    def _hazards(self, case: CaseId) -> tuple[list[str], list[str]]:
        visits = in_force(self.agency.workspace.ledger.view.visits(case))
        hazards = [hazard.id for visit in visits for hazard in visit.hazards]
        latest = {
            result.hazard: result.state
            for visit in sorted(visits, key=lambda one: one.arrived_at)
            for result in visit.results
        }
        return hazards, [one for one in hazards if latest.get(one) is not HazardState.RECTIFIED]

    def _arrival(self, fields: dict[str, Any]) -> date:
        """The day of the visit: that of 到达时间 where it names one, else the day of the step."""
        written = re.match(r"\d{4}-\d\d-\d\d", fields.get("到达时间", ""))
        return date.fromisoformat(written[0]) if written else self._day().date()

    def _dated(self, value: Any, case: CaseId, arrival: date) -> Any:
        """当日, 到达后15天, 检查后15天, 09:00 as the dates and times they are."""
        if isinstance(value, dict):
            return {key: self._dated(one, case, arrival) for key, one in value.items()}
        if isinstance(value, list):
            return [self._dated(one, case, arrival) for one in value]
        if not isinstance(value, str):
            return value
        today = self._day().date()
        if re.fullmatch(r"\d\d:\d\d", value):
            return f"{today} {value}"
        if value == "当日":
            return str(today)
        if after := re.fullmatch(r"(检查|到达)后(\d+)天", value):
            first = arrival if after[1] == "到达" else self._checked_on(case)
            return str(first + timedelta(days=int(after[2])))
        return value

    def _checked_on(self, case: CaseId) -> date:
        checks = [
            one.arrived_at
            for one in in_force(self.agency.workspace.ledger.view.visits(case))
            if one.kind is VisitKind.CHECK
        ]
        return local_date(min(checks)) if checks else self._day().date()


def _entries(given: dict[str, Any], paper: Path, course: Course | None) -> list[dict[str, Any]]:
    """Rows of `register import`; 每人 makes one for each person named."""
    fields = dict(given)
    register = REGISTER_IDS.get(fields["台账"], fields["台账"])
    row: dict[str, Any] = {"register": register}
    if fields.get("附件") != "无":
        row["attachment"] = str(paper)
    ids = course.ids() if course else {}
    for word, name in ENTRY_FIELDS.items():
        if fields.get(word, BLANK) != BLANK:
            value = fields[word]
            row[name] = ids.get(value, value) if name in ("case", "visit") else value
    if unknown := set(fields) - set(ENTRY_FIELDS) - {"台账", "附件", "每人"}:
        raise BadScenarioError(f"登记：不认识 {unknown}")
    if "每人" not in fields:
        return [{"key": "1", **row}]
    return [{**row, "key": person, "person": person} for person in fields["每人"].split()]


def _items(hazards: list[dict[str, Any]], given: list[dict[str, str]], count: int) -> list[dict[str, str]]:
    """All items of the checklist: 不合格 where a hazard names one, else 合格, unless a row says otherwise."""
    wrong = {str(hazard.get("检查项", "")) for hazard in hazards}
    rows = {
        str(n): {"序号": str(n), "结果": "不合格" if str(n) in wrong else "合格"} for n in range(1, count + 1)
    }
    for row in given:
        rows[row["序号"]] = {**rows[row["序号"]], **row}
    return [row for row in rows.values() if row["结果"] != BLANK]


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != BLANK}


def _done(result: Any) -> None:
    if result[2] is not None:
        raise result[2]


def _change_settings(path: Path, settings: dict[str, dict[str, str]]) -> None:
    """Values in evidence.toml, each in its table, in place of those that stand there."""
    text = path.read_text(encoding="utf-8")
    for table, values in settings.items():
        head, found, rest = text.partition(f"[{table}]\n")
        if not found:
            head, rest = text.rstrip("\n") + "\n\n", ""
        body, sep, tail = rest.partition("\n[")
        for name, value in values.items():
            body = re.sub(rf"^{re.escape(name)} *=.*$", "", body, flags=re.M)
            body = f"{name} = {value}\n" + body
        text = f"{head}[{table}]\n{body}{sep}{tail}"
    path.write_text(text, encoding="utf-8")
