"""The picture of a visit and its footage."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from evidence.domain.coverage import Segment, coverage
from evidence.domain.identifiers import Sha256
from evidence.recordings.timeline import timeline_svg

ARRIVED = datetime(2022, 3, 14, 0, 55, tzinfo=UTC)


def _segment(start: int, end: int, *, certain: bool = True, device: str = "0012345") -> Segment:
    return Segment(
        start=ARRIVED + timedelta(minutes=start), end=ARRIVED + timedelta(minutes=end),
        sha256=Sha256("0" * 64), device=device, certain=certain,
    )  # fmt: skip


def test_the_picture_is_sound_xml_and_names_gaps_in_words() -> None:
    segments = [_segment(12, 60), _segment(0, 10, certain=False, device="<b>&")]
    found = coverage(ARRIVED, ARRIVED + timedelta(hours=1), segments)
    text = timeline_svg(found, segments, title="甲 <公司>")
    root = ElementTree.fromstring(text)  # noqa: S314 our own
    titles = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "08:55:00–09:07:00 无录像" in titles
    assert any(title.endswith("录像，需核对") for title in titles)
    assert "style=" not in text
    assert text == timeline_svg(found, segments, title="甲 <公司>")


def test_a_visit_without_end_or_footage_still_has_a_picture() -> None:
    found = coverage(ARRIVED, None, [])
    assert "离开时间未登记" in timeline_svg(found, [], title="x")


def test_a_recorder_left_running_does_not_squeeze_the_visit() -> None:
    segments = [_segment(0, 60 * 14)]
    found = coverage(ARRIVED, ARRIVED + timedelta(hours=1), segments)
    root = ElementTree.fromstring(timeline_svg(found, segments, title="x"))  # noqa: S314 our own
    widths = [float(each.get("width", "0")) for each in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert max(widths[2:]) > 300
