"""Import of enterprises, people, recorders and campaigns: all of a file or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evidence.archive.originals import Originals
from evidence.domain.identifiers import EnterpriseId, PersonId, Sha256, credit_code_check
from evidence.domain.parties import (
    Campaign,
    Device,
    Enterprise,
    Person,
    Title,
)
from evidence.errors import InputError
from evidence.forms.party_tables import TABLES
from evidence.forms.people import Contact, EnterpriseContacts, store
from evidence.forms.tables import Mistakes, Record, read_tables
from evidence.language import _
from evidence.ledger.events import PartiesImported
from evidence.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedParties:
    """What a file holds, fully checked, nothing stored yet."""

    enterprises: tuple[Enterprise, ...] = ()
    people: tuple[Person, ...] = ()
    devices: tuple[Device, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    contacts: dict[EnterpriseId, EnterpriseContacts] = field(default_factory=dict)
    """Names and telephones, which go into a stored blob and not into the journal."""
    warnings: tuple[str, ...] = ()


def import_parties(
    path: Path,
    *,
    known: Iterable[Enterprise] = (),
    people: Iterable[Person] = (),
    places: Sequence[str] = (),
) -> ImportedParties:
    """Read a workbook (.xlsx) or YAML file.

    Args:
        known: enterprises the ledger has, so that landlords, campaign targets and enterprises
            without a credit code are found again.
        people: people the ledger has, for the holders of recorders.
        places: what short names leave out, see `Contract.places`.

    Raises:
        InputError: anything wrong, all mistakes at once with sheet and cell; or there is nothing in it.
    """
    mistakes = Mistakes(path)
    records = read_tables(path, TABLES, mistakes)
    reader = _Reader(mistakes, tuple(known), tuple(people), tuple(places))
    enterprises = reader.enterprises(records.get("企业", []))
    team = reader.people(records.get("人员", []))
    devices = reader.devices(records.get("记录仪", []), team)
    campaigns = reader.campaigns(records.get("专项", []), enterprises)
    mistakes.stop_if_any()
    if not (enterprises or team or devices or campaigns):
        raise InputError(
            _("名册里一行内容也没有，没有导入。"),
            where=str(path),
            remedy=_("请在各表表头以下逐行填写（企业、人员、记录仪至少各一行），保存后再导入。"),
        )
    return ImportedParties(
        enterprises=tuple(enterprises),
        people=tuple(team),
        devices=tuple(devices),
        campaigns=tuple(campaigns),
        contacts=reader.contacts,
        warnings=tuple(mistakes.warnings),
    )


def record_parties(
    parties: ImportedParties, *, source: Path, ledger: Ledger, originals: Originals, actor: str
) -> PartiesImported:
    """Store file and contacts, then journal everything in one event."""
    stored = originals.put_file(source)
    enterprises = tuple(
        replace(enterprise, contacts=_stored(parties, enterprise, originals))
        for enterprise in parties.enterprises
    )
    event = PartiesImported(
        source=stored.sha256,
        enterprises=enterprises,
        people=parties.people,
        devices=parties.devices,
        campaigns=parties.campaigns,
    )
    ledger.append(actor, event)
    return event


def _stored(parties: ImportedParties, enterprise: Enterprise, originals: Originals) -> Sha256 | None:
    contacts = parties.contacts.get(enterprise.id)
    return store(originals, contacts) if contacts else None


def short_name(name: str, places: Sequence[str] = ()) -> str:
    """A short name for folders: place prefix and legal form taken off, at most eight characters.

    Args:
        places: of the contract; names of its enterprises begin with them.
    """
    core = re.sub(r"(股份有限公司|有限责任公司|有限公司|（.*?）|\(.*?\)|厂)$", "", name)
    longest_first = "|".join(re.escape(one) for one in sorted(places, key=len, reverse=True))
    core = re.sub(rf"^(?:{longest_first})+", "", core) if longest_first else core
    return (core or name)[:8]


@dataclass(slots=True)
class _Reader:
    """Turns records into parties; knows what refers to what."""

    mistakes: Mistakes
    known: tuple[Enterprise, ...]
    known_people: tuple[Person, ...]
    places: tuple[str, ...]
    contacts: dict[EnterpriseId, EnterpriseContacts] = field(default_factory=dict)

    def enterprises(self, records: list[Record]) -> list[Enterprise]:
        """企业; landlords are resolved among the file and the ledger."""
        seen: dict[str, Record] = {}
        names: dict[str, str] = {}
        found: list[tuple[Record, Enterprise]] = []
        nameless = sum(1 for enterprise in self.known if enterprise.id.startswith("X-"))
        for record in records:
            if not record["企业名称"]:
                continue
            code = record["统一社会信用代码"] or ""
            self._check_code(record, code)
            if not code:
                same = next((e for e in self.known if e.name == record["企业名称"]), None)
                nameless += same is None
                key = same.id if same else EnterpriseId(f"X-{nameless:04d}")
            else:
                key = EnterpriseId(code)
            if key in seen:
                self.mistakes.error(
                    record.where("统一社会信用代码"), _("与 {other} 的企业重复").format(other=seen[key].place)
                )
                continue
            seen[key] = record
            if record["企业名称"] in names:
                self.mistakes.warn(
                    record.where("企业名称"),
                    _("与 {other} 同名，信用代码不同").format(other=names[record["企业名称"]]),
                )
            names[record["企业名称"]] = record.place
            found.append((record, self._enterprise(record, key, code)))
        everybody = [*self.known, *(enterprise for _record, enterprise in found)]
        return [self._with_landlord(record, enterprise, everybody) for record, enterprise in found]

    def _check_code(self, record: Record, code: str) -> None:
        where = record.where("统一社会信用代码")
        if not code:
            self.mistakes.warn(where, _("没有统一社会信用代码"))
        elif len(code) != 18:
            self.mistakes.error(where, _("统一社会信用代码应为18位，现为{n}位").format(n=len(code)))
        elif credit_code_check(code) is None:
            self.mistakes.error(where, _("统一社会信用代码“{code}”含有标准不用的字符").format(code=code))
        elif credit_code_check(code) is False:
            self.mistakes.warn(where, _("统一社会信用代码“{code}”校验位不符，请核对证照").format(code=code))

    def _enterprise(self, record: Record, id: EnterpriseId, code: str) -> Enterprise:
        headcount = record["人数"]
        if headcount is not None and headcount < 0:
            self.mistakes.error(record.where("人数"), _("人数不能为负"))
        contacts = EnterpriseContacts(
            legal=_contact(record, "法定代表人"),
            principal=_contact(record, "主要负责人"),
            safety=_contact(record, "安全管理人员"),
            emails=record["联系邮箱"] or (),
        )
        if contacts != EnterpriseContacts():
            self.contacts[id] = contacts
        name = record["企业名称"]
        return Enterprise(
            id=id,
            name=name,
            short_name=record["简称"] or short_name(name, self.places),
            credit_code=code,
            address=record["地址"] or "",
            classes=record["企业类别"] or (),
            key_processes=record["重点工艺"] or (),
            headcount=headcount,
            production_started=record["投产日期"],
            entered_zone=record["入驻发现日期"],
            active_from=record["纳入日期"],
            active_to=record["退出日期"],
        )

    def _with_landlord(
        self, record: Record, enterprise: Enterprise, everybody: list[Enterprise]
    ) -> Enterprise:
        wanted = record["出租方"]
        if not wanted:
            return enterprise
        landlord = _find(wanted, everybody)
        if landlord is None:
            self.mistakes.error(
                record.where("出租方"), _("名册中没有“{wanted}”，请先登记出租方").format(wanted=wanted)
            )
            return enterprise
        return replace(enterprise, landlord=landlord.id)

    def people(self, records: list[Record]) -> list[Person]:
        """人员."""
        seen: dict[str, str] = {}
        found = []
        for record in records:
            key = record["编号"]
            if not key or not record["姓名"] or record["角色"] is None:
                continue
            if key in seen:
                self.mistakes.error(record.where("编号"), _("与 {other} 的编号重复").format(other=seen[key]))
                continue
            seen[key] = record.place
            original = record["投标人员"]
            found.append(
                Person(
                    id=PersonId(key),
                    name=record["姓名"],
                    role=record["角色"],
                    title=record["职称"] or Title.NONE,
                    specialty=record["专业"] or "",
                    qualified=record["有安全资格"],
                    badge=record["工作证号"] or "",
                    badge_from=record["工作证起"],
                    badge_to=record["工作证止"],
                    active_from=record["在岗起"],
                    active_to=record["在岗止"],
                    original_team=True if original is None else original,
                )
            )
        return found

    def devices(self, records: list[Record], people: list[Person]) -> list[Device]:
        """记录仪; holders by id or name."""
        seen: dict[str, str] = {}
        found = []
        everybody = [*people, *self.known_people]
        for record in records:
            serial = record["设备号"]
            if not serial:
                continue
            if serial in seen:
                self.mistakes.error(
                    record.where("设备号"), _("与 {other} 的设备号重复").format(other=seen[serial])
                )
                continue
            seen[serial] = record.place
            holder = record["持有人"]
            matching = {p.id for p in everybody if holder and holder in (p.id, p.name)}
            if holder and len(matching) != 1:
                self.mistakes.error(
                    record.where("持有人"),
                    _("人员名册中没有“{holder}”，或有同名，请填编号").format(holder=holder),
                )
            found.append(
                Device(
                    serial=serial,
                    brand=record["品牌"] or "",
                    holder=next(iter(matching), None),
                    officer_id=record["佩戴者编号"] or "",
                    from_date=record["启用日期"],
                    to_date=record["停用日期"],
                    aliases=record["别名"] or (),
                )
            )
        return found

    def campaigns(self, records: list[Record], enterprises: list[Enterprise]) -> list[Campaign]:
        """专项; targets by name or credit code, 全部 for everybody."""
        everybody = {e.id: e for e in (*self.known, *enterprises)}
        found = []
        for record in records:
            if not record["编号"] or record["类型"] is None or record["下达日期"] is None:
                continue
            targets: list[EnterpriseId] = []
            for wanted in record["对象"] or ():
                if wanted == "全部":
                    targets = list(everybody)
                    break
                match = _find(wanted, everybody.values())
                if match is None:
                    self.mistakes.error(record.where("对象"), _("名册中没有“{wanted}”").format(wanted=wanted))
                else:
                    targets.append(match.id)
            found.append(
                Campaign(
                    id=record["编号"],
                    topic=record["主题"] or "",
                    kind=record["类型"],
                    ordered_on=record["下达日期"],
                    due=record["完成期限"],
                    targets=tuple(targets),
                )
            )
        return found


def _contact(record: Record, role: str) -> Contact:
    def part(suffix: str) -> Any:
        return record[role + suffix] or ""

    return Contact(name=part(""), position=part("职务"), telephone=part("电话"))


def _find(wanted: str, enterprises: Iterable[Enterprise]) -> Enterprise | None:
    plain = wanted.strip()
    for enterprise in enterprises:
        if plain in (enterprise.name, enterprise.id, enterprise.short_name):
            return enterprise
    return None
