"""The main job end to end on real parts: LibreOffice, openssl, real images, real clips."""

import json
import random
import shutil
import subprocess
import zipfile
from collections import Counter

import pytest
from tinydb import TinyDB, where

from evidence.config import open_workspace
from evidence.demo.plot import run_demo
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication

pytestmark = [pytest.mark.office, pytest.mark.slow]


@pytest.fixture(scope="module")
def ending(tmp_path_factory):
    return run_demo(tmp_path_factory.mktemp("demo") / "workspace")


def test_the_demonstration_ends_in_a_complete_and_genuine_package(ending):
    assert ending.report.indication is Indication.PASSED
    assert ending.report.evaluation_keys
    assert ending.built.package.complete
    assert ending.report.completeness.recomputed == "equal"
    assert len(ending.built.package.cases) == 3


def test_the_forgotten_signature_was_noticed_and_nothing_else_stood_in_the_way(ending):
    assert [finding.subject.case for finding in ending.lacking] == ["WJB22-0003"]
    assert "未见第2页检查人员签名" in ending.lacking[0].message


def test_every_arrival_is_accounted_for(ending):
    view = open_workspace(ending.workspace).ledger.view
    outcomes = Counter(arrival.outcome for arrival in view.arrivals())
    assert outcomes == {"linked": len(ending.arrivals)}
    left = [path.name for path in (ending.workspace / "inbox").rglob("*") if path.is_file()]
    assert left == ["README.md"]


def test_the_package_left_the_tables_that_plain_tinydb_opens(ending):
    with TinyDB(ending.workspace / "archive" / "ledger" / "view.json", access_mode="r") as tables:
        linked = tables.table("arrivals").search(where("outcome") == "linked")
        (position,) = tables.table("position").all()
    view = open_workspace(ending.workspace).ledger.view
    assert {row["arrival"] for row in linked} == {each.id for each in view.arrivals("linked")}
    assert 0 < view.packages()[-1].tree_size < position["size"] <= view.head.size


def test_ordinary_tools_agree(ending, tmp_path):
    with zipfile.ZipFile(ending.package) as package:
        package.extractall(tmp_path)
    bag = tmp_path / "WJB-2022-W13"

    def run(*command):
        return subprocess.run(command, cwd=bag, capture_output=True, text=True, timeout=60, check=False)

    assert run("sha256sum", "--quiet", "--check", "manifest-sha256.txt").returncode == 0
    assert run("sha256sum", "--quiet", "--check", "tagmanifest-sha256.txt").returncode == 0
    signature = ["-in", "tagmanifest-sha256.txt.p7s", "-content", "tagmanifest-sha256.txt"]
    trust = ["-CAfile", str(ending.trust), "-out", "/dev/null"]
    assert run("openssl", "cms", "-verify", "-binary", "-inform", "DER", *signature, *trust).returncode == 0
    for dossier in bag.rglob("卷宗.pdf"):
        assert "Signature is Valid" in run("pdfsig", "-nocert", str(dossier)).stdout


def test_one_changed_byte_in_any_file_of_the_bag_is_found_and_named(ending, tmp_path):
    with zipfile.ZipFile(ending.package) as package:
        package.extractall(tmp_path)
    bag = tmp_path / "WJB-2022-W13"
    trust = [ending.trust.read_bytes()]
    chance = random.Random(2022)
    files = sorted(path for path in bag.rglob("*") if path.is_file() and path.suffix != ".p7s")
    for path in chance.sample(files, 8):
        good = path.read_bytes()
        spoilt = bytearray(good)
        spoilt[chance.randrange(len(good))] ^= 1 << chance.randrange(8)
        path.write_bytes(bytes(spoilt))
        report = verify_path(bag, trust=trust)
        assert report.indication is Indication.FAILED, path
        name = path.relative_to(bag).as_posix()
        assert any(name in (check.location or "") + check.message for check in report.checks), name
        path.write_bytes(good)


def test_the_package_says_that_its_dates_are_a_demonstration(ending):
    with zipfile.ZipFile(ending.package) as package:
        info = package.read("WJB-2022-W13/bag-info.txt").decode()
        facts = json.loads(package.read("WJB-2022-W13/data/facts.json"))
    assert "Real-Time: " in info
    assert facts["at"].startswith("2022-04-01T07:00")


def test_running_it_again_replaces_only_a_demonstration(ending, tmp_path):
    from evidence.errors import UsageError

    other = tmp_path / "mine"
    other.mkdir()
    shutil.copy(ending.trust, other / "letter.txt")
    with pytest.raises(UsageError, match="别的内容"):
        run_demo(other)
    assert (other / "letter.txt").exists()
