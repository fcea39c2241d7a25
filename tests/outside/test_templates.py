"""Templates as people leave them: tracked changes, comments, other programs' files, wrong braces.

Whatever `template check` refuses, `issue` refuses with the same words before a number is spent.
"""

from __future__ import annotations

import dataclasses
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.errors import InputError
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.checked_templates import check_templates
from evidence.forms.issue import issue_forms
from evidence.forms.kept_checks import KeptChecks, TemplateFinding
from evidence.forms.settings import FormsSettings
from evidence.forms.source import IssueRequest
from tests.support.forms_fixture import CASE, NOW, FormsWorld, forms_fixture

pytestmark = [pytest.mark.office, pytest.mark.slow]

FIELD = "{{ 地址 }}</w:t></w:r>"
BODY, RELATIONS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"
Parts = dict[str, str | bytes]
Checked = tuple[FormsWorld, dict[str, list[TemplateFinding]]]
Change = Callable[[Parts], None]


def body(old: str, new: str) -> Change:
    """One replacement in the body."""

    def change(parts: Parts) -> None:
        text = str(parts[BODY])
        assert old in text
        parts[BODY] = text.replace(old, new, 1)

    return change


def beside_the_field(xml: str) -> Change:
    """Something more in the paragraph of the address."""
    return body(FIELD, FIELD + xml)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


WHO = 'w:id="52" w:author="张三" w:date="2022-03-01T08:00:00Z"'


def with_comment(parts: Parts) -> None:
    beside_the_field('<w:r><w:commentReference w:id="1"/></w:r>')(parts)
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts["word/comments.xml"] = (
        f'<w:comments xmlns:w="{main}"><w:comment w:id="1" w:author="张三">'
        "<w:p><w:r><w:t>请核对</w:t></w:r></w:p></w:comment></w:comments>"
    )


def first_page_different(parts: Parts) -> None:
    parts[BODY] = str(parts[BODY]).replace("</w:sectPr>", "<w:titlePg/></w:sectPr>")


def dangling_picture(parts: Parts) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
    parts[RELATIONS] = str(parts[RELATIONS]).replace(
        "</Relationships>", f'<Relationship Id="rId99" Type="{kind}" Target="NULL"/></Relationships>'
    )


def strict(parts: Parts) -> None:
    parts[BODY] = str(parts[BODY]).replace(
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
    )


def doubled_anchor(parts: Parts) -> None:
    beside_the_field(run("{{r 框.escort }}"))(parts)


def equation(parts: Parts) -> None:
    math = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    beside_the_field(f'<m:oMath xmlns:m="{math}"><m:r><m:t>{{{{ 标段 }}}}</m:t></m:r></m:oMath>')(parts)


def complex_field(instruction: str) -> Change:
    half = len(instruction) // 2
    return beside_the_field(
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction[:half]}</w:instrText></w:r>"
        f"<w:r><w:instrText>{instruction[half:]}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("1") + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )  # fmt: skip


def nothing(parts: Parts) -> None:
    """A re-saved file: another order of parts, nothing else."""


REFUSED: dict[str, tuple[Change, str, str]] = {
    "BA": (beside_the_field(f"<w:del {WHO}>{run('旧').replace('w:t', 'w:delText')}</w:del>"),
           "有修订未接受", "正文"),
    "BB": (beside_the_field(f"<w:ins {WHO}>{run('新')}</w:ins>"), "有修订未接受", "正文"),
    "BC": (beside_the_field(f"<w:moveTo {WHO}>{run('移')}</w:moveTo>"), "有修订未接受", "正文"),
    "BD": (with_comment, "有批注", "正文"),
    "BE": (body("{{ 地址 }}", "｛｛ 地址 ｝｝"), "没有填写的标记", ""),
    "BF": (body("{{ 地址 }}", "{ { 地址 } }"), "没有填写的标记", ""),
    "BG": (body("{{ 地址 }}", "{ 地址 }"), "没有填写的标记", ""),
    "BH": (first_page_different, "没有印出编号", "第1页"),
    "BI": (dangling_picture, "引用的内容不在文件里", "rId99"),
    "BJ": (strict, "Strict", ""),
    "BK": (doubled_anchor, "出现了 2 次", ""),
    "BL": (equation, "标记写进了公式", "正文"),
    "BM": (complex_field(" DATE \\@ yyyy "), "域 DATE", "正文"),
    "BN": (beside_the_field('<w:fldSimple w:instr="MERGEFIELD 姓名">' + run("甲") + "</w:fldSimple>"),
           "域 MERGEFIELD", "正文"),
    "BO": (body("{{ 地址 }}", "{{ 地址 "), "语法错误", ""),
    "BP": (body("{{ 地址 }}", "{{ 不存在 }}"), "不存在的字段", ""),
    "BQ": (body("{{ 地址 }}", ""), "缺少必须印出的字段", ""),
}  # fmt: skip
"""Two letters that serve as the variant's code -> what was done, what must be said, and where."""
ACCEPTED: dict[str, Change] = {
    "CA": nothing,
    "CB": body("{{ 地址 }}", "{{ 地址 if 标段 == “甲” else 地址 }}"),
    "CC": body(
        FIELD,
        '{{ 地</w:t></w:r><w:bookmarkStart w:id="9" w:name="a"/><w:bookmarkEnd w:id="9"/>' + run("址 }}"),
    ),
    "CD": complex_field(" NUMPAGES "),
}
"""What looks odd and works: smart quotes, a mark split over runs, a page number."""
ENCRYPTED, GARBAGE, CUT = "DA", "DB", "DC"


def write_variant(folder: Path, code: str, change: Change | None) -> None:
    """A form of its own whose template is the shipped inspection record, changed."""
    shipped, made = shipped_templates() / "inspection-record", folder / code.lower()
    shutil.copytree(shipped, made)
    toml = (made / "form.toml").read_text("utf-8")
    toml = toml.replace('id = "inspection-record"', f'id = "{code.lower()}"').replace('"JC"', f'"{code}"', 1)
    (made / "form.toml").write_text(toml.replace('short = "现场检查记录"', f'short = "变体{code}"'), "utf-8")
    docx = made / "form.docx"
    with zipfile.ZipFile(docx) as source:
        whole = {name: source.read(name) for name in source.namelist()}
    data = docx.read_bytes()
    docx.unlink()
    if change is None:
        contents = {
            ENCRYPTED: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096),
            GARBAGE: b"%PDF-1.7",
            CUT: data[:9000],
        }
        docx.write_bytes(contents[code])
        return
    parts: Parts = {
        name: value.decode() if name.endswith((".xml", ".rels")) else value for name, value in whole.items()
    }
    change(parts)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(parts, reverse=code == "CA"):
            target.writestr(name, parts[name])
    docx.write_bytes(out.getvalue())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """Every variant as a form of one catalogue, checked in one run."""
    root = tmp_path_factory.mktemp("模板")
    for code in (ENCRYPTED, GARBAGE, CUT):
        write_variant(root / "templates", code, None)
    for code, (change, _message, _where) in REFUSED.items():
        write_variant(root / "templates", code, change)
    for code, change in ACCEPTED.items():
        write_variant(root / "templates", code, change)
    catalogue, kept = Catalogue.load(root / "templates"), KeptChecks(root / "checks.json")
    made = dataclasses.replace(forms_fixture(root / "w"), catalogue=catalogue, kept_checks=kept)
    found: dict[str, list[TemplateFinding]] = {form.code: [] for form in catalogue}
    for finding in check_templates(catalogue, FormsSettings(), kept=kept):
        found[finding.form.upper()].append(finding)
    return made, found


def errors(findings: list[TemplateFinding]) -> list[TemplateFinding]:
    return [finding for finding in findings if finding.level == "error"]


@pytest.mark.parametrize("code", REFUSED)
def test_what_would_print_wrongly_is_named_with_its_place(code: str, world: Checked) -> None:
    _change, message, where = REFUSED[code]
    said = errors(world[1][code])
    assert [one for one in said if message in one.message and where in one.where], said


@pytest.mark.parametrize("code", [ENCRYPTED, GARBAGE, CUT])
def test_a_file_that_cannot_be_opened_is_named(code: str, world: Checked) -> None:
    [only] = errors(world[1][code])
    assert only.unreadable
    assert ("密码" in only.message) == (code == ENCRYPTED)


@pytest.mark.parametrize("code", ACCEPTED)
def test_what_looks_odd_and_works_is_accepted(code: str, world: Checked) -> None:
    assert errors(world[1][code]) == []


@pytest.mark.parametrize("code", [*REFUSED, ENCRYPTED, GARBAGE, CUT])
def test_issue_refuses_the_same_before_a_number_is_spent(code: str, world: Checked) -> None:
    made, found = world
    before = made.ledger.head
    with pytest.raises(InputError) as refused:
        issue_forms([IssueRequest(form=code.lower(), case=CASE, blank=True)], made.issuer, now=NOW)
    assert errors(found[code])[0].message in refused.value.what
    assert made.ledger.head == before
    assert made.ledger.view.next_running(CASE, code.lower()) == 1


def test_a_kept_result_needs_no_office(world: Checked, tmp_path: Path) -> None:
    made, found = world
    again = check_templates(
        made.catalogue, FormsSettings(office=str(tmp_path / "gone")), kept=made.kept_checks
    )
    assert again == sorted((f for each in found.values() for f in each), key=lambda f: (f.form, f.level))
