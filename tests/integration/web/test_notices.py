"""Notices: a digest a morning, urgent things at once, by kind and person; by e-mail and in the browser."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from evidence.config import Workspace
from evidence.domain.identifiers import ArrivalId
from evidence.domain.week import local_date
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.mail.settings import NoticeSettings
from evidence.web.host import Host
from evidence.web.lines import Lines
from evidence.web.notices.due import Person, is_morning, new_at_once, still
from evidence.web.notices.kinds import KINDS
from evidence.web.worklist import Waiting, Worklist, with_arrivals
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import make_workspace
from tests.support.smtp_server import FULL, SmtpRoom, smtp_server

_NUMBERS = itertools.count(200)
MORNING = sample.instant("2022-04-01", 7, 40)


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("notices") / "工作区")


@pytest.fixture
def room() -> Iterator[SmtpRoom]:
    with smtp_server() as running:
        yield running


@pytest.fixture(autouse=True)
def elsewhere(
    host: Host, spare: Workspace, room: SmtpRoom, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    from evidence.web.models import NoticeWish

    notices = NoticeSettings(
        host="127.0.0.1", port=room.port, security="none", sender="desk@example.cn",
        desk="https://evidence.example.cn/",
    )  # fmt: skip
    monkeypatch.setitem(spare.__dict__, "settings", replace(spare.settings, notices=notices))
    other = Host(workspace=spare)
    for field in fields(Host):
        monkeypatch.setattr(host, field.name, getattr(other, field.name))
    yield
    other.board.reckoner.stop()
    NoticeWish.objects.all().delete()


def wish(name: str, address: str, **kinds: str) -> Any:
    """What a person says on the card; everything at its usual time where nothing is said."""
    return signed_in(name).post("/account/notices/", {"address": address, **kinds}, follow=True)


def told(host: Host) -> str:
    from evidence.web.notices.rounds import write_to_everybody

    return "".join(write_to_everybody(host))


def arrives(host: Host, called: str = "来件") -> str:
    """Something comes that nobody knows what to do with; its name."""
    number = next(_NUMBERS)
    arrival, name = ArrivalId(f"A-20220401-{number:04d}"), f"{called}{number}.jpg"
    host.workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path=name, sha256=host.workspace.originals.put_bytes(name.encode()),
            bytes=len(name.encode()), received_at=sample.FRIDAY, media_type="image/jpeg",
        ),
        ArrivalJudged(arrival=arrival, outcome="unidentified", message="看不出是什么。"),
    )  # fmt: skip
    return name


def test_the_digest_of_the_morning_comes_once_with_the_own_lines(host: Host, room: SmtpRoom) -> None:
    wish("clerk", "lu@example.cn")
    assert told(host) == ""
    assert told(host) == ""
    (message,) = room.taken
    assert (message["To"], message["From"]) == ("lu@example.cn", "desk@example.cn")
    body = message.get_content()
    assert body.startswith("陆文静，您好。")
    assert "要看（" in body
    assert "https://evidence.example.cn/inbox/A-20220401-0090/" in body
    count = body.count("\n· ")
    assert message["Subject"] == f"今天有 {count} 件待办"
    own = signed_in("clerk").get("/?week=2022-W13&mine=1").content.decode()
    assert re.search(rf'<span class="count">{count}</span>', own)


def test_what_is_wanted_at_once_is_sent_when_it_appears_and_not_before(host: Host, room: SmtpRoom) -> None:
    from evidence.web.models import NoticeWish

    kinds = dict.fromkeys(KINDS, "never") | {"look": "at_once"}
    wish("clerk", "lu@example.cn", **kinds)
    NoticeWish.objects.update(digest_on=local_date(sample.FRIDAY))
    assert told(host) == ""
    assert room.taken == [], "what stands there already is no news"
    name = arrives(host)
    for _each in range(2):
        assert told(host) == ""
    assert [each["Subject"] for each in room.taken] == [f"要看：认定到件：{name}"]
    arrives(host)
    arrives(host)
    assert told(host) == ""
    assert room.taken[-1]["Subject"] == "新的待办 2 件"


def test_a_name_that_breaks_its_line_keeps_no_message_from_anybody(host: Host, room: SmtpRoom) -> None:
    from evidence.web.models import NoticeWish

    kinds = dict.fromkeys(KINDS, "never") | {"look": "at_once"}
    for name, address in (("clerk", "lu@example.cn"), ("lead", "chen@example.cn")):
        wish(name, address, **kinds)
    NoticeWish.objects.update(digest_on=local_date(sample.FRIDAY))
    name = arrives(host, "来件\r\nBcc: x@example.com\n")
    assert told(host) == ""
    (message,) = [each for each in room.taken if each["To"] == "lu@example.cn"]
    assert message["Subject"] == f"要看：认定到件：{' '.join(name.split())}"
    assert message["Bcc"] is None


def test_whoever_may_not_see_the_desk_is_told_of_the_own_lines_alone(
    host: Host, room: SmtpRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Major hazards are everybody's at the desk; an inspector sees nothing but the own visits."""
    from evidence.web.models import Seat
    from evidence.web.notices import rounds

    me = str(Seat.objects.get(user__username="inspector").person)
    waiting = [Waiting(id=each, path=each, message="") for each in ("A", "B")]
    plain = with_arrivals(Worklist(), waiting, {}).lines
    theirs, own = replace(plain[0], major=True), replace(plain[1], major=True, who=me)
    monkeypatch.setattr(rounds, "whole_list", lambda _board: Worklist(lines=Lines.of([theirs, own])))
    for name in ("auditor", "inspector"):
        wish(name, f"{name}@example.cn", major="digest")
    assert told(host) == ""
    counts = {each["To"]: each.get_content().count("\n· ") for each in room.taken}
    assert counts == {"auditor@example.cn": 2, "inspector@example.cn": 1}


def test_a_digest_that_went_out_while_wishes_are_kept_is_not_sent_again(
    host: Host, room: SmtpRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.web.notices import page
    from evidence.web.today import whole_list

    wish("clerk", "lu@example.cn")

    def meanwhile(board: Any) -> Worklist:
        told(host)
        return whole_list(board)

    monkeypatch.setattr(page, "whole_list", meanwhile)
    wish("clerk", "lu@example.cn")
    assert told(host) == ""
    assert len(room.taken) == 1


def test_a_server_that_fails_is_said_and_tried_again(host: Host, room: SmtpRoom) -> None:
    wish("clerk", FULL)
    wish("lead", "chen@example.cn")
    assert "mailbox full" in told(host)
    assert [each["To"] for each in room.taken] == ["chen@example.cn"], "the next one is written to"
    wish("clerk", "lu@example.cn")
    room.broken = True
    assert "451" in told(host)
    room.broken = False
    assert told(host) == ""
    assert [each["To"] for each in room.taken] == ["chen@example.cn", "lu@example.cn"]


def test_a_mailbox_that_was_refused_rests_alone(host: Host, room: SmtpRoom) -> None:
    from evidence.web.models import NoticeWish
    from evidence.web.notices.rounds import REST_S, Rests, write_to_everybody

    now = [0.0]
    rests = Rests(clock=lambda: now[0])
    kinds = dict.fromkeys(KINDS, "never") | {"look": "at_once"}
    wish("clerk", FULL, **kinds)
    NoticeWish.objects.update(digest_on=local_date(sample.FRIDAY))
    wish("lead", "chen@example.cn")
    arrives(host)
    for _each in range(2):
        complaint, refused = write_to_everybody(host, rests)
        assert complaint == "", "the server itself is well"
        assert refused.startswith(f"{FULL}：")
        arrives(host)
    assert room.refused == 1, "not asked again so soon"
    assert [each["To"] for each in room.taken] == ["chen@example.cn"], "nobody else waits for it"
    now[0] += REST_S
    write_to_everybody(host, rests)
    assert room.refused == 2
    wish("clerk", "lu@example.cn", **kinds)
    arrives(host)
    assert write_to_everybody(host, rests) == ("", "")
    assert "lu@example.cn" in {each["To"] for each in room.taken}, "another address is another mailbox"


def test_nobody_is_written_to_who_gave_no_address_or_was_switched_off(host: Host, room: SmtpRoom) -> None:
    from django.contrib.auth import get_user_model

    wish("clerk", "")
    wish("lead", "chen@example.cn")
    get_user_model().objects.filter(username="lead").update(is_active=False)
    try:
        assert told(host) == ""
        assert room.taken == []
    finally:
        get_user_model().objects.filter(username="lead").update(is_active=True)


def test_english_readers_get_english_messages(host: Host, room: SmtpRoom) -> None:
    client = signed_in("clerk")
    client.post("/language/", {"language": "en", "next": "/"})
    client.post("/account/notices/", {"address": "lu@example.cn"})
    assert told(host) == ""
    (message,) = room.taken
    assert "to do today" in message["Subject"]
    assert "To look at" in message.get_content()


def test_a_mistyped_address_is_refused_with_its_remedy_and_a_change_is_written_down(host: Host) -> None:
    answer = wish("clerk", "lu@")
    assert answer.status_code == 409
    assert "这不是电子邮箱地址" in answer.content.decode()
    assert wish("clerk", "lu@example.cn").status_code == 200
    assert "— → lu@example.cn" in signed_in("lead").get("/activity/sign-ins/").content.decode()
    shown = signed_in("clerk").get("/account/").content.decode()
    assert 'value="lu@example.cn"' in shown
    assert 'value="at_once" selected' in shown.split('name="major"')[1][:300]


def test_what_left_the_list_and_comes_back_is_told_again() -> None:
    waiting = [Waiting(id=each, path=each, message="") for each in ("A", "B")]
    both, one = (with_arrivals(Worklist(), each, {}) for each in (waiting, waiting[:1]))
    person = Person(name="陆文静", role="资料员", wishes={"look": "at_once"})
    told = [line.key for line in new_at_once(both, person, ())]
    assert len(told) == 2
    assert new_at_once(both, person, told) == ()
    left = still(one, told)
    assert [line.arrival for line in new_at_once(both, person, left)] == ["B"]


def test_the_morning_is_that_of_a_working_day() -> None:
    assert not is_morning(MORNING - timedelta(minutes=11), "07:30")
    assert is_morning(MORNING, "07:30")
    assert not is_morning(sample.instant("2022-04-03", 9, 0) - timedelta(days=7), "07:30"), "a Sunday"
    assert is_morning(sample.instant("2022-04-02", 9, 0), "07:30"), "a Saturday that is worked"


def test_the_browser_is_told_of_the_own_urgent_lines_alone(host: Host) -> None:
    wish("clerk", "", look="at_once")
    lines = signed_in("clerk").get("/notices/").json()["lines"]
    assert any("认定到件" in each["words"] for each in lines)
    assert all(each["url"].startswith("/deeds/") for each in lines)
    wish("clerk", "", look="never", major="never")
    assert signed_in("clerk").get("/notices/").json()["lines"] == []
    assert signed_in("inspector").get("/notices/").status_code in {302, 403}


def test_without_a_server_the_card_says_so(
    host: Host, spare: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spare.__dict__, "settings", replace(spare.settings, notices=NoticeSettings()))
    shown = signed_in("clerk").get("/account/").content.decode()
    assert "没有设置发信的服务器" in shown
    assert 'type="email"' not in shown


def test_the_browser_shows_what_is_new_while_a_page_is_open(
    host: Host, open_page: Callable[..., Any]
) -> None:
    wish("clerk", "", look="at_once")
    page = open_page("clerk", "/account/")
    page.add_init_script(
        """window.Notification = class {
          constructor(title, { body }) {
            document.body.append(Object.assign(document.createElement("p"), {
              className: "told", textContent: `${title}：${body}`,
            }));
          }
          static permission = "granted";
          static async requestPermission() { return "granted"; }
        };"""
    )

    def asked() -> Any:
        with page.expect_response("**/notices/"):
            page.reload()
        return page.locator("p.told")

    page.reload()
    page.get_by_role("button", name="开启浏览器通知").click()
    page.get_by_role("button", name="关闭浏览器通知").wait_for()
    expect(asked()).to_have_count(0)
    name = arrives(host)
    expect(asked()).to_have_text([f"新的待办：认定到件：{name}"])
    expect(asked()).to_have_count(0)
    for _each in range(4):
        arrives(host)
    expect(asked()).to_have_text(["新的待办 4 件："])
    page.get_by_role("button", name="关闭浏览器通知").click()
    page.get_by_role("button", name="开启浏览器通知").wait_for()
