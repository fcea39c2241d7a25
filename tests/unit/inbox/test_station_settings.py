"""An office's own station list, described in evidence.toml, is understood at the inbox."""

from datetime import UTC, datetime

from evidence.domain.identifiers import ArrivalId
from evidence.inbox.footage import judge_table
from evidence.recordings.settings import ExportMapping, RecordingsSettings

NOW = datetime(2022, 3, 31, 9, tzinfo=UTC)
OWN = RecordingsSettings(
    exports={"ours": ExportMapping(name="录像", device="机号", start="开机", duration_s="秒数")}
)


def judged(tmp_path, settings):
    path = tmp_path / "清单.csv"
    path.write_text(
        "录像,机号,开机,秒数\n0012345_000123_20220331092900.MP4,0012345,2022-03-31 09:29:00,1920\n",
        encoding="utf-8",
    )
    return judge_table(ArrivalId("A-20220331-0001"), path, name=path.name, now=NOW, settings=settings)


def test_columns_named_in_the_settings_are_read(tmp_path):
    found = judged(tmp_path, OWN)
    assert found.outcome == "linked"
    assert [(each.device, each.duration_ms) for each in found.recordings] == [("0012345", 1_920_000)]


def test_unknown_columns_say_where_to_name_them(tmp_path):
    found = judged(tmp_path, RecordingsSettings())
    assert found.outcome == "quarantined"
    assert "[recordings.exports." in found.message
