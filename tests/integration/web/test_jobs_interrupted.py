"""A page that waits for a job whose server was stopped says so and waits no longer."""

from __future__ import annotations

import pytest

from evidence.web.host import Host
from evidence.web.jobs_kept import JobRecords, Kept
from tests.support.desk_client import signed_in


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_interrupted_job_says_so_with_the_way_back(host: Host, headers: dict[str, str]) -> None:
    folder = host.workspace.root / "desk" / "jobs"
    JobRecords(folder).keep(Kept(id="stopped", title="2022-W13 移交包", back="/plan/", steps=("核对",)))
    try:
        shown = signed_in("clerk").get("/jobs/stopped/", headers=headers).content.decode()
    finally:
        (folder / "stopped.json").unlink()
    assert "已中断" in shown
    assert "核对" in shown
    assert 'href="/plan/"' in shown
    assert "every 250ms" not in shown
    assert "<progress" not in shown


def test_a_poll_for_a_job_nobody_knows_ends(host: Host) -> None:
    shown = signed_in("clerk").get("/jobs/lost/", headers={"HX-Request": "true"})
    assert shown.status_code == 200
    assert "查不到" in shown.content.decode()
    assert "every 250ms" not in shown.content.decode()
    assert signed_in("clerk").get("/jobs/lost/").status_code == 404
