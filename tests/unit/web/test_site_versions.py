"""What differs between the desk's version of a visit and the telephone's, and what a choice makes of it."""

from __future__ import annotations

from evidence.web.site.versions import chosen, differences, moved, on_rows_of

DESK = {
    "head|到达时间": ["2022-03-31T09:00"],
    "head|检查人员": ["P01", "P03"],
    "head|情况": ["资料员写的"],
    "检查项目|0|结果": ["合格"],
    "隐患|0|编号": ["H01"],
    "隐患|0|部位": ["配电间"],
    "隐患|0|描述": ["箱门未接地"],
    "隐患|0|整改期限": ["2022-04-15"],
    "隐患|1|编号": ["H02"],
    "隐患|1|描述": ["堆垛过高"],
}
PHONE = {
    "head|到达时间": ["2022-03-31T09:00"],
    "head|检查人员": ["P03", "P01"],
    "head|情况": ["检查员写的"],
    "检查项目|0|结果": ["不合格"],
    "隐患|0|等级": ["一般"],
    "隐患|2|描述": ["通道堵塞"],
    "隐患|4|部位": ["配电间"],
    "隐患|4|描述": ["箱门未接地"],
    "隐患|4|整改期限": ["2022-04-10"],
    "隐患|4|照片": ["a" * 64],
}


def _both() -> tuple[dict[str, list[str]], dict[str, str]]:
    rows = on_rows_of("检查", PHONE, DESK)
    return moved(PHONE, rows), rows


def test_rows_are_paired_by_what_they_are_about() -> None:
    _phone, rows = _both()
    assert rows == {"检查项目|0": "检查项目|0", "隐患|2": "隐患|2", "隐患|4": "隐患|0"}


def test_every_difference_is_one_choice_and_what_is_the_same_is_none() -> None:
    phone, _rows = _both()
    found = {each.name: (each.desk, each.telephone) for each in differences("检查", phone, DESK)}
    assert found == {
        "head|情况": (("资料员写的",), ("检查员写的",)),
        "检查项目|0|结果": (("合格",), ("不合格",)),
        "隐患|0|整改期限": (("2022-04-15",), ("2022-04-10",)),
        "隐患|0|照片": ((), ("a" * 64,)),
        "隐患|1": (("描述：堆垛过高",), ()),
        "隐患|2": ((), ("描述：通道堵塞",)),
    }


def test_what_is_chosen_stands_and_nothing_else_changes() -> None:
    phone, _rows = _both()
    found = differences("检查", phone, DESK)
    none = {each.name: False for each in found}
    assert chosen(found, phone, DESK, none) == DESK
    some = {**none, "head|情况": True, "隐患|1": True, "隐患|2": True}
    made = chosen(found, phone, DESK, some)
    assert made["head|情况"] == ["检查员写的"]
    assert made["隐患|2|描述"] == ["通道堵塞"]
    assert "隐患|1|描述" not in made
    assert made["隐患|0|整改期限"] == ["2022-04-15"]
    assert made["隐患|0|编号"] == ["H01"]


def test_the_same_version_differs_in_nothing() -> None:
    assert differences("检查", moved(DESK, on_rows_of("检查", DESK, DESK)), DESK) == ()


def test_what_is_described_alike_is_paired_before_what_is_only_in_the_same_place() -> None:
    desk = {"隐患|0|编号": ["H01"], "隐患|0|部位": ["配电间"], "隐患|0|描述": ["箱门未接地"]}
    phone = {
        "隐患|0|部位": ["配电间"],
        "隐患|0|描述": ["线路老化"],
        "隐患|1|部位": ["配电间"],
        "隐患|1|描述": ["箱门未接地"],
    }
    rows = on_rows_of("检查", phone, desk)
    assert rows == {"隐患|0": "隐患|1", "隐患|1": "隐患|0"}
    found = differences("检查", moved(phone, rows), desk)
    assert [(each.name, each.telephone) for each in found] == [("隐患|1", ("部位：配电间", "描述：线路老化"))]
