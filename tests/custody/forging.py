"""What somebody with a key can do to a package: change files, and seal the bag again so that all is sound."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evidence.ledger.chain import START, seal
from evidence.ledger.checkpoint import Checkpoint, fingerprint, make
from evidence.ledger.merkle import Frontier, Tree, leaf_hash
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Report
from evidence.verify.pdf.task import judge_task
from tests.custody.ten_weeks import Weeks
from tests.support.packing import Files, plain_pdf, seal_bag, sign_pdf, to_folder, to_zip
from tests.support.pki import Pki

Change = Callable[[Files], None]
INFO = "bag-info.txt"
FACTS = "data/facts.json"


def read_files(path: Path) -> Files:
    """A package's files by path below its base directory."""
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def sealed(files: Files, pki: Pki) -> Files:
    """Right manifests, a right Oxum, and a right signature over them, stamped now."""
    payload = {name: data for name, data in files.items() if name.startswith("data/")}
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    return seal_bag(with_info(files, **{"Payload-Oxum": oxum}), pki, datetime.now(UTC))


def with_info(files: Files, **labels: str) -> Files:
    """Labels of bag-info.txt replaced; an empty value takes one away."""
    lines = []
    for line in files[INFO].decode().splitlines():
        label = line.partition(": ")[0]
        value = labels.get(label)
        if value is None:
            lines.append(line)
        elif value:
            lines.append(f"{label}: {value}")
    return {**files, INFO: "".join(f"{line}\n" for line in lines).encode()}


def spoil(
    weeks: Weeks, label: str, change: Change, folder: Path, *, as_zip: bool = True, by: Pki | None = None
) -> Path:
    """A package changed and sealed anew, with the agency's own key unless somebody else does it."""
    files = read_files(weeks.built[label])
    change(files)
    return write(sealed(files, by or weeks.pki_of(label)), weeks.built[label].stem, folder, as_zip=as_zip)


def write(files: Files, name: str, folder: Path, *, as_zip: bool = True) -> Path:
    """The files as a zip or as a folder of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    if not as_zip:
        return to_folder(files, folder / name)
    path = folder / f"{name}.zip"
    path.write_bytes(to_zip(files, name))
    return path


def find(files: Files, ending: str, *, within: str = "") -> str:
    """The one path, or the first, that ends so."""
    return next(path for path in sorted(files) if path.endswith(ending) and within in path)


def certified(text: str, pki: Pki) -> bytes:
    """A paper of the agency's own making."""
    return sign_pdf(plain_pdf(text), pki, datetime.now(UTC))


def change_json(files: Files, path: str, change: Callable[[Any], None]) -> None:
    """Edit one JSON file."""
    document = json.loads(files[path])
    change(document)
    files[path] = json.dumps(document, ensure_ascii=False).encode()


def judged_again(files: Files) -> None:
    """Findings that follow from whatever the facts say now."""
    import msgspec

    from evidence.rules.judge import judge
    from evidence.rules.owed import owing
    from evidence.rules.sarif import to_sarif
    from evidence.rules.summary import to_json
    from evidence.verify.judgement import FrozenFacts

    frozen = msgspec.json.decode(files[FACTS], type=FrozenFacts)
    findings = judge(frozen.facts, frozen.parameters, frozen.at)
    owed = owing(frozen.facts, findings, supplement=False)
    document = to_json(
        findings, week=frozen.facts.week, at=frozen.at, version=frozen.ruleset.version, owing=owed
    )
    files["data/findings.json"] = msgspec.json.encode(document)
    files["data/findings.sarif"] = msgspec.json.encode(to_sarif(findings, version=frozen.ruleset.version))


def slice_of(files: Files) -> list[bytes]:
    """Journal lines of a package."""
    return files["data/ledger/journal.jsonl"].splitlines()


def with_slice(files: Files, lines: list[bytes], *, before: Frontier, all_before: list[bytes]) -> Files:
    """Another slice behind the same past: chain, checkpoint, consistency and labels all made to fit."""
    info = dict(line.split(": ", 1) for line in files[INFO].decode().splitlines())
    label = info["External-Identifier"].partition("-")[2]
    start = before.size
    root = before.copy().extend(lines).root
    old = files[f"data/ledger/checkpoint-{label}.txt"].decode().split("\n")
    text = make(
        Checkpoint(
            origin=old[0],
            size=start + len(lines),
            root=root,
            extensions=tuple(part for part in old[3:] if part),
        )
    )
    tree = Tree([leaf_hash(line) for line in (*all_before, *lines)])
    changed = dict(files)
    changed["data/ledger/journal.jsonl"] = b"".join(line + b"\n" for line in lines)
    changed[f"data/ledger/checkpoint-{label}.txt"] = text.encode()
    changed["data/ledger/frontier.json"] = json.dumps(before.to_json()).encode()
    document = json.loads(files["data/ledger/consistency.json"])
    document |= {"from": start, "to": start + len(lines), "proof": _proof(tree, start)}
    for each in document["checkpoints"]:
        each["proof"] = _proof(tree, each["size"])
    changed["data/ledger/consistency.json"] = json.dumps(document).encode()
    earlier = json.loads(files["data/ledger/earlier.json"])
    earlier["size"] = start + len(lines)
    for each in earlier["lines"]:
        each["proof"] = [node.hex() for node in tree.inclusion_proof(each["seq"])]
    changed["data/ledger/earlier.json"] = json.dumps(earlier, ensure_ascii=False).encode()
    return with_info(
        changed,
        **{
            "Journal-Start": str(start),
            "Journal-End": str(start + len(lines)),
            "Checkpoint-Root": root.hex(),
            "Checkpoint-Fingerprint": fingerprint(text),
        },
    )


def rechained(
    lines: list[bytes], change: Callable[[int, dict[str, Any]], None], *, start: int
) -> list[bytes]:
    """Lines written anew, each digest made right again."""
    prev = START if start == 0 else json.loads(lines[0])["prev"]
    made = []
    for place, line in enumerate(lines):
        fields = json.loads(line)
        for name in ("digest", "prev", "seq"):
            del fields[name]
        change(start + place, fields)
        raw, prev = seal(fields, seq=start + place, prev=prev)
        made.append(raw)
    return made


def all_lines(weeks: Weeks, label: str) -> list[bytes]:
    """The journal up to a package's checkpoint, from the slices handed over."""
    lines: list[bytes] = []
    for each, path in weeks.built.items():
        lines += slice_of(read_files(path))
        if each == label:
            return lines
    raise KeyError(label)


def hidden_supplement(weeks: Weeks, folder: Path) -> Path:
    """W16 as if W15-S1 had never been: its slice begins at W15, its checkpoint is left out."""
    supplement, files = read_files(weeks.built["W15-S1"]), read_files(weeks.built["W16"])
    before = Frontier.from_json(json.loads(supplement["data/ledger/frontier.json"]))
    lines = [*slice_of(supplement), *slice_of(files)]
    del files["data/ledger/checkpoint-2022-W15-S1.txt"]

    def change(document: Any) -> None:
        document["checkpoints"] = [
            each for each in document["checkpoints"] if each["package"] != "2022-W15-S1"
        ]

    change_json(files, "data/ledger/consistency.json", change)
    change_json(
        files,
        "data/ledger/earlier.json",
        lambda document: document.update(
            lines=[each for each in document["lines"] if each["seq"] < before.size]
        ),
    )
    info = dict(line.split(": ", 1) for line in supplement["bag-info.txt"].decode().splitlines())
    files = with_info(
        with_slice(files, lines, before=before, all_before=all_lines(weeks, "W15")),
        **{
            "Previous-Package": "WJB-2022-W15",
            "Previous-Tagmanifest-SHA256": info["Previous-Tagmanifest-SHA256"],
        },
    )
    return write(sealed(files, weeks.agency), "WJB-2022-W16", folder)


def _proof(tree: Tree, old: int) -> list[str]:
    return [node.hex() for node in tree.consistency_proof(old)] if 0 < old < len(tree) else []


def random_pdf() -> bytes:
    """Bytes that pretend to be a PDF."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 20


def judge(weeks: Weeks, path: Path, *previous: str | Path, trust: list[bytes] | None = None) -> Report:
    """As the auditor does: his trust, his regulator, and the packages he kept."""
    kept = [weeks.built[each] if isinstance(each, str) else each for each in previous]
    return verify_path(
        path,
        trust=trust or weeks.trust,
        regulator=weeks.regulators,
        previous=kept,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],  # hundreds of times: no process each
    )


def fallen(report: Report, kind: CheckKind = CheckKind.FAIL) -> set[str]:
    """Ids of the checks that came out so."""
    return {check.id for check in report.checks if check.kind is kind}
