"""Jobs that were tried in vain come up on the clerk's open page by themselves, and go when revived."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.test import Client

from evidence.inbox.deferred import recognition_of
from evidence.jobs.database import DatabaseQueue
from evidence.ledger.settings import LedgerSettings
from evidence.web import board
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient
from tests.support.desk_fixture import UNKNOWN
from tests.support.postgres_server import Cluster

TITLE, WHY = "没有做成的后台任务", "内存不足<b>"


@pytest.fixture
def settings(cluster: Cluster) -> LedgerSettings:
    return cluster.ledger_settings()


@pytest.fixture
def queue(host: Host, settings: LedgerSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseQueue]:
    """The desk's workspace hands its recognition to workers."""
    made = DatabaseQueue(settings)
    monkeypatch.setattr(board, "RENEW_AFTER_S", 0.0)
    monkeypatch.setitem(vars(host.workspace), "queue", made)
    yield made
    made.close()


@pytest.fixture
def client(host: Host) -> Client:
    from django.contrib.auth import get_user_model

    made = DeskClient(SERVER_NAME="127.0.0.1")
    user = get_user_model().objects.get(username="clerk")
    made.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return made


def give_up(queue: DatabaseQueue, settings: LedgerSettings) -> None:
    """As a worker leaves it after its last attempt."""
    assert queue.put(recognition_of(UNKNOWN, sample.FRIDAY, sample.FRIDAY))
    with psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection:
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 5")
        connection.execute(
            "INSERT INTO job_failure (job, at, why) SELECT id, now(), %s FROM procrastinate_jobs", (WHY,)
        )


def test_a_job_given_up_comes_to_the_open_page_and_leaves_it_again(
    client: Client, queue: DatabaseQueue, settings: LedgerSettings
) -> None:
    def live(of: str) -> tuple[int, str]:
        answer = client.get("/live/", {"week": "2022-W13", "head": of})
        return answer.status_code, answer.content.decode()

    # What earlier tests of this desk did may still be judged behind the scenes.
    code, deadline = 0, time.monotonic() + 30
    while code != 204 and time.monotonic() < deadline:
        page = client.get("/?week=2022-W13").content.decode()
        head = head_in(page)
        code, _changed = live(head)
    assert code == 204
    assert TITLE not in page
    give_up(queue, settings)
    code, changed = live(head)
    assert code == 200
    card = changed[changed.index(TITLE) :].partition("</section>")[0]
    assert f'href="/inbox/{UNKNOWN}/"' in card
    assert "内存不足&lt;b&gt;" in card
    assert "请管理员重新执行" in card
    assert "evidence " not in card
    assert TITLE in client.get("/").content.decode()
    assert live(head_in(changed))[0] == 204
    assert queue.revive() == 1
    code, revived = live(head_in(changed))
    assert (code, TITLE in revived) == (200, False)


def head_in(page: str) -> str:
    """What the page will ask with when it polls."""
    found = re.search(r"head=([^\"]*)\"", page)
    assert found is not None
    return found[1]
