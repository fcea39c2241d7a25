"""Other programs are told by a real HTTP receiver here: signed, once by id, and again after a failure."""

from __future__ import annotations

import hmac
import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.jobs.job import TELL, Job
from evidence.jobs.kept import KeptQueue
from evidence.jobs.settings import JobSettings
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.ledger import Ledger
from evidence.new_workspace import create_workspace, sample_settings
from evidence.rules.due_item import DueItem
from evidence.webhooks.notices import Notice
from evidence.webhooks.settings import WebhookSettings
from evidence.webhooks.telling import Telling

SECRET = "geteilt-42"
NOW = datetime(2022, 4, 1, 1, tzinfo=UTC)


class Receiver:
    """Remembers what came; answers with the statuses it was given, then 204."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.accepted = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                status = receiver.answers.pop(0) if receiver.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()
                if status == 204:
                    receiver.accepted.set()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self) -> list[dict[str, object]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()


@pytest.fixture
def telling(tmp_path: Path, receiver: Receiver) -> Telling:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "secret").chmod(0o600)
    return Telling(
        root=tmp_path,
        archive=tmp_path / "archive",
        ledger=EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: NOW),
        contract="WJB",
        receivers={"office": WebhookSettings(url=receiver.url, secret_file="secret")},
        queue=KeptQueue(
            tmp_path / "archive" / "jobs.sqlite3", JobSettings(notice_attempts=3, retry_wait_s=20)
        ),
        due=lambda: (),
        clock=lambda: NOW,
    )


def arrive(ledger: Ledger, running: int, outcome: str = "unidentified") -> None:
    id_ = ArrivalId(f"A-20220401-{running:04d}")
    taken = ArrivalTaken(
        arrival=id_, path="x", sha256=Sha256(f"{running:064x}"), bytes=1, received_at=NOW, media_type=""
    )
    ledger.append("inbox", taken, ArrivalJudged(arrival=id_, outcome=outcome, message="请归入。"))


def tell(telling: Telling, now: datetime = NOW) -> None:
    telling.gather("office", None)

    def perform(function: str, arguments: Mapping[str, str]) -> None:
        assert function == "tell"
        telling.send(arguments["receiver"], msgspec.json.decode(arguments["notice"], type=Notice))

    telling.queue.work(perform, now)


def test_an_undecided_arrival_is_told_signed_and_once(telling: Telling, receiver: Receiver) -> None:
    tell(telling)
    arrive(telling.ledger, 1)
    arrive(telling.ledger, 2, "linked")
    tell(telling)
    tell(telling)
    (told,) = receiver.told()
    assert (told["event"], told["arrival"]) == ("arrival.undecided", "A-20220401-0001")
    headers, body = receiver.got[0]
    signed = f"{headers['X-Evidence-Timestamp']}.".encode() + body
    expected = hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
    assert headers["X-Evidence-Signature"] == f"sha256={expected}"
    assert headers["X-Evidence-Id"] == told["id"]


def test_history_before_the_receiver_was_named_is_not_told(telling: Telling, receiver: Receiver) -> None:
    arrive(telling.ledger, 1)
    tell(telling)
    assert receiver.got == []


def test_what_happened_while_nobody_told_is_told_later(telling: Telling, receiver: Receiver) -> None:
    telling.gather("office", None)
    arrive(telling.ledger, 1)
    tell(telling)
    assert len(receiver.got) == 1


def test_a_receiver_that_fails_twice_gets_it_the_third_time_after_longer_pauses(
    telling: Telling, receiver: Receiver
) -> None:
    tell(telling)
    receiver.answers = [500, 302]
    arrive(telling.ledger, 1)
    tell(telling)
    tell(telling, NOW + timedelta(seconds=19))
    assert len(receiver.got) == 1
    tell(telling, NOW + timedelta(seconds=20))
    tell(telling, NOW + timedelta(seconds=59))
    assert len(receiver.got) == 2
    assert telling.queue.complaint("tell:office:") == "HTTP 302"
    tell(telling, NOW + timedelta(seconds=60))
    assert len(receiver.got) == 3
    assert len({told["id"] for told in receiver.told()}) == 1
    assert telling.queue.waiting() == 0


def test_one_that_never_answers_is_given_up_and_named(telling: Telling, receiver: Receiver) -> None:
    tell(telling)
    receiver.answers = [503] * 9
    arrive(telling.ledger, 1)
    for hour in range(5):
        tell(telling, NOW + timedelta(hours=hour))
    (dead,) = telling.queue.dead()
    assert (dead.function, dead.attempts, dead.why) == ("tell", 3, "HTTP 503")
    assert len(receiver.got) == 3
    receiver.answers = []
    assert telling.queue.revive() == 1
    tell(telling, NOW + timedelta(days=1))
    assert (len(receiver.got), telling.queue.dead()) == (4, ())


def test_a_failing_notice_delays_no_other(telling: Telling, receiver: Receiver) -> None:
    tell(telling)
    receiver.answers = [500]
    arrive(telling.ledger, 1)
    arrive(telling.ledger, 2)
    tell(telling)
    assert [told["arrival"] for told in receiver.told()] == ["A-20220401-0001", "A-20220401-0002"]
    assert telling.queue.waiting() == 1


def test_tomorrow_s_deadlines_are_told_once(telling: Telling, receiver: Receiver) -> None:
    day = NOW.date() + timedelta(days=1)
    item = DueItem(
        what="督促整改", who="李检", due=day, first=day, clause="", rule_id="P07", case="WJB22-0001"
    )
    later = replace(item, due=day + timedelta(days=1))
    daily = replace(telling, due=lambda: (item, later))
    tell(daily)
    tell(daily)
    (told,) = receiver.told()
    assert (told["event"], told["case"], told["due"]) == ("deadline.tomorrow", "WJB22-0001", day.isoformat())
    assert "李检" not in str(told)


def test_only_wanted_events_are_told(telling: Telling, receiver: Receiver) -> None:
    only = replace(
        telling,
        receivers={"office": replace(telling.receivers["office"], events=("package.built",))},
    )
    tell(only)
    arrive(only.ledger, 1)
    tell(only)
    assert receiver.got == []


def test_without_a_secret_nothing_is_sent(telling: Telling, receiver: Receiver) -> None:
    (telling.root / "secret").unlink()
    telling.gather("office", None)
    arrive(telling.ledger, 1)
    tell(telling)
    assert receiver.got == []
    assert "密钥" in telling.queue.complaint("tell:office:")


def test_what_an_earlier_program_left_waiting_is_told(telling: Telling, receiver: Receiver) -> None:
    notice = {"id": "WJB-7", "event": "package.built", "about": {"package": "WJB-2022-W12"}}
    given_up = {"id": "WJB-3", "event": "receipt.received", "about": {"package": "WJB-2022-W11"}}
    kept = {
        "seq": 0,
        "waiting": [{"notice": notice, "attempts": 2, "next_at": "2022-03-28T01:00:00Z", "why": "HTTP 500"}],
        "dead": [{"notice": given_up, "attempts": 5, "next_at": None, "why": "HTTP 500"}],
        "known": ["WJB-7", "WJB-3"],
    }
    path = telling.archive / "webhooks" / "office.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(kept), "utf-8")
    tell(telling)
    tell(telling)
    assert [told["id"] for told in receiver.told()] == ["WJB-7", "WJB-3"]


def test_notices_for_a_receiver_that_is_no_longer_named_end_with_the_reason(
    telling: Telling, receiver: Receiver
) -> None:
    tell(telling)
    receiver.answers = [503]
    arrive(telling.ledger, 1)
    tell(telling)
    assert telling.queue.waiting() == 1
    other = replace(telling, receivers={"another": telling.receivers["office"]})
    other.drop_unnamed()
    assert (telling.queue.waiting(), telling.queue.dead()) == (0, ())
    (dropped,) = telling.queue.dropped()
    assert dropped.key.startswith("tell:office:")
    assert "office" in dropped.why
    assert "evidence.toml" in dropped.why
    telling.drop_unnamed()  # named again: what was dropped waits for somebody to ask for it
    assert telling.queue.waiting() == 0
    telling.queue.revive()
    tell(telling, NOW + timedelta(days=1))
    assert len(receiver.got) == 2
    assert telling.queue.dropped() == ()


def test_given_up_notices_of_a_receiver_no_longer_named_ask_nobody(
    telling: Telling, receiver: Receiver
) -> None:
    tell(telling)
    receiver.answers = [503] * 3
    arrive(telling.ledger, 1)
    for hour in range(3):
        tell(telling, NOW + timedelta(hours=hour))
    assert len(telling.queue.dead()) == 1
    replace(telling, receivers={}).drop_unnamed()
    assert telling.queue.dead() == ()
    assert len(telling.queue.dropped()) == 1


def test_a_receiver_named_again_is_told_what_happens_from_then_on(
    telling: Telling, receiver: Receiver
) -> None:
    telling.gather("office", None)
    arrive(telling.ledger, 1)
    replace(telling, receivers={}).drop_unnamed()
    arrive(telling.ledger, 2)
    tell(telling)
    assert receiver.got == []
    arrive(telling.ledger, 3)
    tell(telling)
    assert [told["arrival"] for told in receiver.told()] == ["A-20220401-0003"]


def test_what_an_earlier_program_kept_for_a_receiver_no_longer_named_is_dropped(telling: Telling) -> None:
    notice = {"id": "WJB-7", "event": "package.built", "about": {"package": "WJB-2022-W12"}}
    path = telling.archive / "webhooks" / "gone.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"seq": 0, "waiting": [{"notice": notice}]}), "utf-8")
    telling.drop_unnamed()
    assert [each.key for each in telling.queue.dropped()] == ["tell:gone:WJB-7"]
    assert not path.exists()
    assert telling.queue.waiting() == 0


@pytest.mark.parametrize("url", ["http://example.cn/hook", "ftp://x", "file:///etc/passwd", ""])
def test_an_address_that_sends_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        WebhookSettings(url=url, secret_file="secret")


def test_the_watcher_tells_by_itself_until_it_is_accepted(tmp_path: Path, receiver: Receiver) -> None:
    root = tmp_path / "work"
    create_workspace(root, sample_settings())
    (root / "secret").write_text(SECRET)
    (root / "secret").chmod(0o600)
    settings = root / "evidence.toml"
    told = f'\n[webhooks.office]\nurl = "{receiver.url}"\nsecret_file = "secret"\n'
    told += "[jobs]\nretry_wait_s = 0\n"
    receiver.answers = [500, 503]
    settings.write_text(settings.read_text("utf-8") + told, "utf-8")
    program = Path(sys.executable).with_name("evidence")
    watching = subprocess.Popen([program, "watch", "--workspace", root], stderr=subprocess.PIPE, text=True)
    assert watching.stderr is not None
    watching.stderr.readline()
    (root / "inbox" / "x.bin").write_bytes(b"no document")
    assert receiver.accepted.wait(timeout=120)
    watching.send_signal(signal.SIGTERM)
    assert watching.wait(timeout=60) == 0, watching.stderr.read()
    assert [told["event"] for told in receiver.told()] == ["arrival.undecided"] * 3
    assert len({told["id"] for told in receiver.told()}) == 1
    listed = subprocess.run(
        [program, "worker", "--list", "--json", "--workspace", root], capture_output=True, check=True
    )
    assert json.loads(listed.stdout) == {"waiting": 0, "running": 0, "dead": [], "dropped": []}


def test_the_list_names_what_was_dropped_and_why(tmp_path: Path) -> None:
    root = tmp_path / "work"
    workspace = create_workspace(root, sample_settings())
    workspace.kept_jobs.put(Job(function=TELL, key="tell:office:WJB-7"))
    program = Path(sys.executable).with_name("evidence")
    watching = subprocess.Popen([program, "watch", "--workspace", root], stderr=subprocess.PIPE, text=True)
    assert watching.stderr is not None
    watching.stderr.readline()
    watching.send_signal(signal.SIGTERM)
    assert watching.wait(timeout=60) == 0, watching.stderr.read()
    listed = subprocess.run(
        [program, "worker", "--list", "--workspace", root], capture_output=True, check=True, text=True
    )
    assert "等待 0 项" in listed.stdout
    assert "tell:office:WJB-7" in listed.stdout
    assert "不再有" in listed.stdout
