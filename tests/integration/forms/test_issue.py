"""Real documents through LibreOffice: every form, its boxes, codes, numbers, and the same bytes again."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import CaseId, Number, number_case
from evidence.domain.page_code import decode
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week
from evidence.errors import IncompleteError, InputError, UsageError
from evidence.forms.content.weekly import HandoverRow, handover_values, plan_values, receipt_values
from evidence.forms.finish import MM
from evidence.forms.office import Rendered
from evidence.forms.source import IssueRequest
from evidence.forms.withdraw import reissue, void
from evidence.ledger.events import CaseOpened, Event, PlanFiled
from evidence.ledger.view import View
from tests.support.forms_extremes import FROM_CHECK_TO_ESCALATION
from tests.support.forms_fixture import CASE, CODE, EXPERTS, NOW, SUPERVISORS, FormsWorld, forms_fixture

pytestmark = [pytest.mark.office]

WEEK = Week.parse("2022-W13")


def photograph() -> bytes:
    """A sideways photograph."""
    exif = Image.Exif()
    exif[0x112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (1600, 1200), "steelblue").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def weekly_requests(world: FormsWorld) -> list[IssueRequest]:
    """The papers of a week."""
    view, settings = world.ledger.view, world.settings
    line = PlanLine(day=date(2022, 4, 4), enterprise=CODE, work=PlannedWork.CHECK, experts=EXPERTS)
    plan = Plan(week="2022-W14", filed_on=date(2022, 4, 1), lines=(line,))
    row = HandoverRow(
        enterprise="甲精密",
        material="检查记录",
        number="WJB22-0001-JC-001",
        pages=6,
        paper_copies=1,
        file="a.pdf",
        bytes=12345,
        sha256="ab" * 32,
    )
    listed = handover_values([row], settings, week=WEEK, package="WJB-2022-W13", completeness="完整")
    receipt = receipt_values(
        settings,
        week=WEEK,
        package="WJB-2022-W13",
        list_number="WJB22-0000-YD-001",
        fingerprint="A1B2C3D4E5F60718",
        documents=1,
    )
    return [
        IssueRequest(form="weekly-plan", week="2022-W14", values=plan_values(plan, view, settings)),
        IssueRequest(form="handover-list", week="2022-W13", values=listed),
        IssueRequest(form="handover-receipt", week="2022-W13", values=receipt),
    ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> FormsWorld:
    """One enterprise with photographs."""
    return forms_fixture(tmp_path_factory.mktemp("forms"), photos=(photograph(),))


@pytest.fixture(scope="module")
def issued(world: FormsWorld) -> dict[str, IssuedForm]:
    """Every form of the case and the week, in one batch."""
    requests = [world.request(form) for form in FROM_CHECK_TO_ESCALATION] + weekly_requests(world)
    return {form.form: form for form in world.issue(*requests)}


def pages_of(world: FormsWorld, form: IssuedForm) -> Iterator[tuple[int, pypdfium2.PdfPage]]:
    """Rendered pages with their number."""
    document = pypdfium2.PdfDocument(world.issued.pdf_path(form.number).read_bytes())
    for index in range(len(document)):
        yield index + 1, document[index]


def test_every_page_carries_two_codes_that_decode_from_the_rendered_page(
    world: FormsWorld, issued: dict[str, IssuedForm]
) -> None:
    for form in issued.values():
        geometry = world.issued.geometry(form.number)
        for number, page in pages_of(world, form):
            image = page.render(scale=200 / 72, grayscale=True).to_numpy()
            found = {symbol.text for symbol in zxingcpp.read_barcodes(image)}
            codes = geometry[number - 1].codes
            assert {code.payload for code in codes} == found
            for payload in found:
                code = decode(payload)
                assert code is not None
                assert (code.number, code.page, code.pages) == (form.number, number, form.pages)
                assert code.check == form.checks[number - 1]


def test_every_page_says_its_number_and_its_place_in_the_whole(
    world: FormsWorld, issued: dict[str, IssuedForm]
) -> None:
    for form in issued.values():
        for number, page in pages_of(world, form):
            text = page.get_textpage().get_text_range().replace(" ", "").replace("　", "")
            assert form.number in text.replace("\ufffe", "-").replace("\u2010", "-")
            letter = world.catalogue.form(form.form).letter or form.form == "tenant-notice"
            assert (f"—{number}—" if letter else f"第{number}页共{form.pages}页") in text


def test_no_anchor_is_left_in_the_printed_page(world: FormsWorld, issued: dict[str, IssuedForm]) -> None:
    for form in issued.values():
        for _number, page in pages_of(world, form):
            assert "⟦" not in page.get_textpage().get_text_range()


def test_boxes_are_free_of_print_and_large_enough_to_write_in(
    world: FormsWorld, issued: dict[str, IssuedForm]
) -> None:
    least = {"signature": (45, 14), "seal": (45, 45)}
    for form in issued.values():
        pages = dict(pages_of(world, form))
        for issued_page in world.issued.geometry(form.number):
            for box in issued_page.boxes:
                if box.kind == "date":
                    continue
                width, height = least[box.kind]
                assert box.w >= width * MM - 1, (form.form, box.box)
                assert box.h >= height * MM - 1, (form.form, box.box)
                text = pages[issued_page.page].get_textpage()
                inside = text.get_text_bounded(
                    left=box.x + 1,
                    bottom=issued_page.height - box.y - box.h + 1,
                    right=box.x + box.w - 1,
                    top=issued_page.height - box.y - 1,
                )
                assert inside.strip() == "", (form.form, box.box)


def test_the_inspection_record_asks_everybody_the_contract_names(
    world: FormsWorld, issued: dict[str, IssuedForm]
) -> None:
    form = issued["inspection-record"]
    boxes = {box.box: box for page in world.issued.geometry(form.number) for box in page.boxes}
    required = {name for name, box in boxes.items() if box.required}
    assert required == {"expert-1", "expert-2", "supervisor-1", "escort", "principal", "enterprise-seal"}
    assert (boxes["expert-2"].role, boxes["expert-2"].person) == ("expert", "P02")
    assert boxes["supervisor-1"].person == "S01"
    assert boxes["agency-seal"].role == "agency"
    assert len(form.required_boxes) == 6


def test_the_25_items_are_all_printed(world: FormsWorld, issued: dict[str, IssuedForm]) -> None:
    text = "".join(
        page.get_textpage().get_text_range() for _n, page in pages_of(world, issued["inspection-record"])
    )
    assert text.count("√") == 26, "25 results and the remark that explains the tick"
    assert "严格履行环保设施安全评估" in text.replace("\r\n", "")


def test_fonts_are_embedded_and_pdf_a_is_claimed(world: FormsWorld, issued: dict[str, IssuedForm]) -> None:
    for form in issued.values():
        with pikepdf.open(world.issued.pdf_path(form.number)) as pdf:
            descriptors = [
                item
                for item in pdf.objects
                if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
            ]
            assert descriptors
            for item in descriptors:
                assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(item.keys())
            with pdf.open_metadata() as xmp:
                assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "B")


def test_photographs_stand_upright_beside_their_caption(
    world: FormsWorld, issued: dict[str, IssuedForm]
) -> None:
    with pikepdf.open(world.issued.pdf_path(issued["inspection-record"].number)) as pdf:
        images = [image for page in pdf.pages for image in page.images.values()]
    assert images
    assert all(image.Height > image.Width for image in images)


def test_numbers_are_gapless_even_after_a_failed_batch(
    world: FormsWorld, issued: dict[str, IssuedForm]
) -> None:
    before = world.ledger.head
    with pytest.raises(UsageError, match="没有案件"):
        world.issue(world.request("JC"), IssueRequest(form="JC", case="WJB22-0099"))  # type: ignore[arg-type]
    assert world.ledger.head == before
    first, second = world.issue(world.request("WJ"), world.request("WJ"))
    assert [first.number, second.number] == ["WJB22-0001-WJ-002", "WJB22-0001-WJ-003"]
    assert issued["weekly-plan"].number == "WJB22-0000-JH-001"
    assert number_case(issued["weekly-plan"].number) == "WJB22-0000"


def test_a_reissued_form_replaces_its_predecessor(world: FormsWorld, issued: dict[str, IssuedForm]) -> None:
    old = issued["urging-record"].number
    new = reissue(old, world.issuer, why="督促时间写错", now=NOW, actor="test")
    assert (new.number, new.predecessor) == ("WJB22-0001-DD-002", old)
    document = world.ledger.view.document(old)
    assert document is not None
    assert document.form.voided_why == "督促时间写错（由 WJB22-0001-DD-002 代替）"
    with pytest.raises(UsageError, match="已经作废"):
        void(world.ledger, old, why="再次", actor="test")
    with pytest.raises(UsageError, match="原因"):
        void(world.ledger, new.number, why="  ", actor="test")


def again(world: FormsWorld, number: Number, **more: object) -> IssuedForm:
    """Issue anew."""
    return reissue(
        number,
        world.issuer,
        why="版面印糊",
        now=NOW,
        actor="test",
        **more,  # type: ignore[arg-type]
    )


def test_what_a_person_gave_is_carried_over_when_a_form_is_issued_again(tmp_path: Path) -> None:
    world = forms_fixture(tmp_path)
    place, contact = "管委会三楼会议室", "周科长"
    notice, plan = world.issue(
        world.request("YT", values={"约谈地点": place, "联系人": contact}), weekly_requests(world)[0]
    )
    line = PlanLine(day=date(2022, 4, 4), enterprise=CODE, work=PlannedWork.CHECK)
    filed = Plan(week="2022-W14", filed_on=date(2022, 4, 1), lines=(line,), number=plan.number)
    world.ledger.append("test", PlanFiled(plan=filed))

    second = again(world, notice.number, values={"联系人": "吴科长"})
    values = msgspec.json.decode(world.issued.data_path(second.number).read_bytes())
    assert (values["约谈地点"], values["联系人"]) == (place, "吴科长")
    assert values["补填项"] == ["约谈地点", "联系人"], "only these came from a person"

    third = again(world, plan.number)
    values = msgspec.json.decode(world.issued.data_path(third.number).read_bytes())
    assert values["计划"][0]["企业"] == "常州甲精密机械有限公司"
    assert [known.number for known in world.ledger.view.plans()] == [third.number], (
        "the plan is on the new form"
    )

    world.issued.data_path(second.number).chmod(0o644)
    world.issued.data_path(second.number).write_bytes(b"{}")
    before = world.ledger.head
    with pytest.raises(IncompleteError, match="缺失或损坏"):
        again(world, second.number)
    assert world.ledger.head == before


def test_a_blank_form_issued_again_asks_the_same_experts(tmp_path: Path) -> None:
    world = forms_fixture(tmp_path)
    known = world.ledger.view.case(CASE)
    assert known is not None
    empty = dataclasses.replace(known, id=CaseId("WJB22-0002"))
    world.ledger.append("test", CaseOpened(case=empty))
    (blank,) = world.issue(
        IssueRequest(form="JC", case=empty.id, blank=True, experts=EXPERTS, supervisors=SUPERVISORS)
    )
    anew = again(world, blank.number)
    signers = [
        [box.person for page in world.issued.geometry(form.number) for box in page.boxes if box.person]
        for form in (blank, anew)
    ]
    assert anew.blank
    assert signers[0] == signers[1]
    assert {"P01", "P02", "S01"} == set(signers[0])


def fixed_checks() -> str:
    """Page checks that do not change from one issue to the next."""
    return "ABCDEFGH"


def test_the_same_facts_give_the_same_bytes(tmp_path: Path) -> None:
    made = []
    for place in ("a", "b"):
        other = replace(forms_fixture(tmp_path / place, photos=(photograph(),)), draw=fixed_checks)
        (form,) = other.issue(other.request("FC"))
        made.append((form.pdf, form.docx, form.data, form.geometry))
    assert made[0] == made[1]


def test_a_light_enterprise_without_hazards_has_a_short_record(tmp_path: Path) -> None:
    small = forms_fixture(tmp_path, hazards=0, heavy=False)
    (form,) = small.issue(small.request("JC"))
    assert [mark.split(":")[1] for mark in form.required_boxes] == [
        "expert-1",
        "escort",
        "principal",
        "enterprise-seal",
    ]
    text = "".join(page.get_textpage().get_text_range() for _n, page in pages_of(small, form))
    assert "本次检查未发现隐患" in text


def test_a_blank_record_leaves_room_and_keeps_what_is_known(world: FormsWorld) -> None:
    blank, filled = world.issue(
        world.request("JC", blank=True, experts=EXPERTS), world.request("ZG", blank=True)
    )
    assert blank.blank
    text = "".join(page.get_textpage().get_text_range() for _n, page in pages_of(world, filled))
    assert "常州甲精密机械有限公司" in text
    assert "危化品库未安装" in text.replace("\r\n", "")


def test_an_unreadable_document_means_nothing_is_issued(
    world: FormsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(documents: dict[str, bytes], _settings: object) -> dict[str, Rendered]:
        return {name: Rendered(name=name, pdf=None, problem="转换失败") for name in documents}

    monkeypatch.setattr("evidence.forms.issue.render", failing)
    before = world.ledger.head
    with pytest.raises(IncompleteError, match="转换失败"):
        world.issue(world.request("WJ"))
    assert world.ledger.head == before


def test_a_number_taken_meanwhile_stops_the_whole_batch(world: FormsWorld) -> None:
    def also(view: View, forms: Sequence[IssuedForm]) -> Sequence[Event]:
        raise IncompleteError("编号在签发过程中被占用")

    before = world.ledger.head
    with pytest.raises(IncompleteError):
        world.issue(world.request("WJ"), also=also)
    assert world.ledger.head == before


def test_a_required_value_that_is_missing_is_named(world: FormsWorld) -> None:
    with pytest.raises(IncompleteError) as missing:
        world.issue(world.request("JC", values={"检查场所": ""}))
    assert "检查场所" in missing.value.what
    with pytest.raises(InputError) as hidden:
        world.issue(world.request("JC", values={"检查场所": "甲\x07"}))
    assert "检查场所" in hidden.value.where
