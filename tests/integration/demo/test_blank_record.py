"""A blank form printed, scanned as printed, with its empty Word file beside it and no visit entered."""

import shutil

import pytest

from evidence.config import open_workspace
from evidence.demo.paperwork import scan_all
from evidence.demo.plot import HANDOVER, WEEK
from evidence.demo.scan_files import write_pdf
from evidence.demo.story import DemoClock, Story
from evidence.demo.visits import FRESH, FRESH_CHECK
from evidence.errors import IncompleteError
from evidence.forms.issue import issue_forms
from evidence.forms.source import IssueRequest
from evidence.forms.transcribe import transcribe
from evidence.handover.package import Order, build_package
from evidence.new_workspace import create_workspace, sample_settings
from evidence.rules.summary import blockers, bundle_exit_code, check_exit_code
from evidence.verify.examine import verify_path
from evidence.web.matrix import State, build_rows

pytestmark = [pytest.mark.office, pytest.mark.slow]


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    root = tmp_path_factory.mktemp("blank") / "workspace"
    clock = DemoClock(HANDOVER)
    create_workspace(root, sample_settings(), evaluation_keys=True)
    with (root / "evidence.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[inbox]\nsettle_s = 0.2\n")
    desk = root.parent / "desk"
    desk.mkdir()
    made = Story(workspace=open_workspace(root, clock=clock), clock=clock, desk=desk)
    made.open_cases()
    return made


@pytest.fixture(scope="module")
def record(story):
    """Issued blank for one case, back without a stroke on it."""
    workspace = story.workspace
    (form,) = issue_forms(
        [IssueRequest(form="inspection-record", case=FRESH, blank=True)],
        workspace.issuer(),
        now=story.clock(),
        actor="test",
    )
    boxes = [box.box for page in workspace.issued.geometry(form.number) for box in page.boxes]
    write_pdf(scan_all(story.sign(form, forgotten=boxes)), workspace.inbox / "扫描.pdf")
    shutil.copyfile(workspace.issued.docx_path(form.number), workspace.inbox / f"{form.number}.docx")
    return form, story.ingest()


def test_the_empty_word_file_is_taken_as_no_counterpart(story, record):
    form, arrivals = record
    outcomes = {arrival.path: (arrival.outcome, arrival.message) for arrival in arrivals}
    assert outcomes["扫描.pdf"][0] == "linked"
    outcome, message = outcomes[f"{form.number}.docx"]
    assert outcome == "unidentified"
    assert "没有填写" in message
    document = story.workspace.ledger.view.document(form.number)
    assert document.missing_pages == ()
    assert document.edocuments == ()


def test_check_and_bundle_say_incomplete_and_the_matrix_shows_no_dot(story, record):
    findings = [each for each in story.judge(WEEK) if each.subject.case == FRESH]
    assert check_exit_code(findings) == 3
    assert bundle_exit_code(findings) == 3
    stopping = {each.rule_id for each in blockers(findings)}
    assert stopping >= {
        "G08-facts-entered",
        "G08-edocument",
        "G06-expert-signatures",
        "G06-escort-signature",
        "G06-enterprise-seal",
        "E04-principal-signature",
        "V02-whole-visit",
    }
    cells = {cell.column.id: cell for cell in build_rows(findings, {})[0].cells}
    assert cells["check"].state is State.MISSING
    assert cells["footage"].state is State.MISSING
    assert cells["people"].state is State.UNDECIDED


def test_no_complete_package_comes_of_it(story, record):
    office = story.workspace.handover
    with pytest.raises(IncompleteError):
        build_package(office, Order(week=WEEK, at=HANDOVER), actor="test")
    built = build_package(
        office, Order(week=WEEK, at=HANDOVER, allow_incomplete=True, why="试验"), actor="test"
    )
    trust = (story.workspace.root / "keys/ca.pem").read_bytes()
    report = verify_path(built.path, trust=[trust])
    assert not built.package.complete
    assert not report.completeness.complete
    assert report.completeness.recomputed == "equal"
    assert report.exit_code == 3


def test_entering_the_visit_and_transcribing_it_leaves_the_marks_missing(story, record):
    form, _arrivals = record
    story.record(FRESH_CHECK)
    made = transcribe(form.number, story.workspace.issuer(), actor="test")
    findings = {each.rule_id: each for each in story.judge(WEEK) if each.subject.case == FRESH}
    assert findings["G08-facts-entered"].kind == "pass"
    assert findings["G08-edocument"].kind == "pass"
    assert findings["G06-expert-signatures"].kind == "fail"
    assert made.transcription.visit == FRESH_CHECK.id
