"""The whole visit on video with sound (附件八2, 附件七(2))."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from evidence.domain.case import VisitKind
from evidence.domain.coverage import Coverage, CoverageLimits, CoverageVerdict
from evidence.domain.reasons import substantial
from evidence.domain.recording import Recording
from evidence.domain.week import local_date
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import EvidenceRef, Level
from evidence.rules.outcomes import failed, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step

BY_OTHERS_WITH_A_REASON = 4
"""From this edition on a film counts by a person's word only if he was not there and says why."""
BY_SOMEBODY_KNOWN = 5
"""From this edition on a film counts by no word of an account that is tied to nobody."""
FILMED = "只有现场的检查、复查、指导和现场督促需要录像，本案尚无。"


def _files(recordings: tuple[Recording, ...]) -> tuple[EvidenceRef, ...]:
    return tuple(EvidenceRef(path=f"originals/{one.sha256}", sha256=one.sha256) for one in recordings)


def _arrived(recordings: tuple[Recording, ...]) -> tuple[Recording, ...]:
    """Files whose bytes are known; those only announced by a station's export prove nothing yet."""
    return tuple(one for one in recordings if not one.described)


def _channel_unknown(chain: CaseHistory, step: Step) -> Iterator[Outcome]:
    """An urging of which nobody wrote how it was made: on site it had to be filmed, by phone not."""
    if step.facts.kind is VisitKind.URGING and step.facts.channel is None:
        yield revised(
            unsure(
                f"{step.name}没有登记督促方式，是否须全程录像无从判断。",
                visit=step.id,
                due=chain.handover_due(step),
                observed="督促方式不明",
            )
        )


def _none_yet(chain: CaseHistory, step: Step) -> Outcome:
    due = chain.handover_due(step)
    about: dict[str, Any] = {
        "visit": step.id,
        "due": due,
        "expected": "到达至离开全程音视频",
        "observed": "无录像",
    }
    none = failed(f"{step.name}没有录像。请把记录仪文件放入收件夹。", **about)
    if chain.today < due:
        none = waiting(f"{step.name}的录像待导入。", **about)
    taken = [one for one in (*chain.facts.recordings, *chain.facts.films_taken) if one.taken_from == step.id]
    if likely := [one for one in chain.facts.unassigned if step.id in one.suggestions]:
        said = (
            f"{step.name}还没有归入的录像；收件夹中有 {len(likely)} 段待指派，可能属于它：{_listed(likely)}。"
        )
        about |= {"observed": f"{len(likely)} 段待指派", "evidence": _files(tuple(likely))}
        return revised(waiting(said, **about) if chain.today < due else unsure(said, **about), none)
    if taken:
        said = "；".join(
            f"录像 {one.name} 已由 {one.assigned_by} 指派给 {one.visit}（{one.assigned_why}）"
            for one in taken
        )
        about |= {"observed": "录像被指派给另一次活动", "evidence": _files(tuple(taken))}
        return revised(failed(f"{step.name}没有录像：{said}。", **about), none)
    return none


def _listed(recordings: list[Recording]) -> str:
    """Name, recorder and start of films, and what is not whole about them."""
    return "；".join(
        "，".join(
            part
            for part in (
                one.name,
                f"设备 {one.device}" if one.device else "设备不明",
                "文件不完整" if one.truncated else "",
            )
            if part
        )
        for one in recordings
    )


@case_rule(
    "V01-video-and-audio",
    "录像既有图像又有声音",
    rows="V01 W02",
    blocking=True,
    remedy="导入带声音的原始录像；确无声音的，说明原因并附监管部门意见登记例外。",
    unless=FILMED,
)
def video_and_audio(chain: CaseHistory) -> Iterator[Outcome]:
    """Every file of a visit has a video and an audio track."""
    for step in chain.visits:
        if not step.on_site:
            yield from _channel_unknown(chain, step)
            continue
        recordings = _arrived(chain.footage(step))
        if not recordings:
            yield _none_yet(chain, step)
            continue
        sound = [one for one in recordings if one.audio and one.video]
        flawed = [one.name for one in recordings if one.audio is False or one.video is False]
        unknown = [one.name for one in recordings if one.audio is None or one.video is None]
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": "图像和声音",
            "evidence": _files(recordings),
        }
        if flawed and not sound and not unknown:
            what = f"{listed(flawed)} 缺图像或声音"
            yield failed(f"{step.name}的录像 {what}，没有一段既有图像又有声音。", observed=what, **about)
        elif flawed or unknown:
            what = f"{listed(flawed or unknown)} {'缺图像或声音' if flawed else '音视频轨不明'}"
            yield unsure(f"{step.name}的录像 {what}，请人工查看。", observed=what, **about)
        else:
            yield _with_sound(chain, step, recordings, about)


def _with_sound(
    chain: CaseHistory, step: Step, recordings: tuple[Recording, ...], about: dict[str, Any]
) -> Outcome:
    about = {**about, "observed": f"{len(recordings)} 个文件"}
    seen = passed(f"{step.name}的录像有图像有声音。", **about)
    if said := _assigned(chain, recordings):
        return revised(passed(f"{step.name}的录像有图像有声音；{said}。", **about), seen)
    return seen


def _assigned(chain: CaseHistory, recordings: Iterable[Recording]) -> str:
    """Which films stand here by a person's word, whose and why; empty when none does."""
    if chain.index.edition < BY_OTHERS_WITH_A_REASON:
        return ""
    return "；".join(f"录像 {one.name} {_word(one)}" for one in recordings if one.by_hand)


def _word(one: Recording) -> str:
    by = f"{one.assigned_by}（自述）" if one.assigned_stated else one.assigned_by
    return f"由 {by} 人工指派（{one.assigned_why or '未记理由'}）"


def _no_weight(chain: CaseHistory, step: Step, one: Recording) -> str:
    """Why a person's assignment does not count: he was there, or gave no reason; empty when it does."""
    if chain.index.edition < BY_OTHERS_WITH_A_REASON:
        return ""
    if one.assigned_by in chain.takers_part([step]):
        return f"录像 {one.name} 由参加该次活动的 {one.assigned_by} 指派，须由他人指派。"
    if not substantial(one.assigned_why):
        return f"录像 {one.name} {_word(one)}，理由没有实质内容。"
    return ""


@case_rule(
    "V02-whole-visit",
    "全程录像",
    rows="V02 W02 G09 P11",
    parameters="coverage_tolerance_s uncovered_permille uncovered_most_permille",
    blocking=True,
    remedy="导入所缺时段的录像；确无录像的，说明原因并附监管部门意见登记例外。",
    unless=FILMED,
    revision=2,
)
def whole_visit(chain: CaseHistory) -> Iterator[Outcome]:
    """Arrival to leaving minus the union of all recordings leaves no gap, and no sum of small ones."""
    limits = chain.parameters.coverage_limits
    for step in chain.visits:
        if not step.on_site:
            yield from _channel_unknown(chain, step)
            continue
        if not _arrived(chain.footage(step)):
            yield _none_yet(chain, step)
            continue
        one_by_one = replace(limits, share_permille=None)
        yield revised(_against_footage(chain, step, limits), _against_footage(chain, step, one_by_one))


def _against_footage(chain: CaseHistory, step: Step, limits: CoverageLimits) -> Outcome:
    recordings = _arrived(chain.footage(step))
    result = chain.coverage(step, limits)
    about: dict[str, Any] = {
        "visit": step.id,
        "expected": _allowed(limits),
        "observed": f"已覆盖 {result.covered_s} 秒"
        + (f"，共 {result.length_s} 秒" if result.length_s is not None else ""),
        "evidence": _files(recordings),
    }
    reasons = "".join(result.reasons)
    if result.verdict is CoverageVerdict.PASS:
        return passed(f"{step.name}全程有录像{_stated(chain, result, limits, recordings)}。", **about)
    if result.verdict is CoverageVerdict.FAIL:
        return failed(f"{step.name}的录像不完整：{reasons}", **about)
    return unsure(f"{step.name}的录像需人工核对：{reasons}", **about)


def _allowed(limits: CoverageLimits) -> str:
    allowed = f"全程，允许间断 {limits.tolerance_s} 秒"
    if limits.share_permille is not None:
        allowed += f"，合计不超过在场时间的 {limits.share_permille / 10:g}%"
    return allowed


def _stated(
    chain: CaseHistory, result: Coverage, limits: CoverageLimits, recordings: tuple[Recording, ...]
) -> str:
    """What a pass rests on: the gaps it let be, and the clocks it corrected."""
    if limits.share_permille is None:
        return ""
    offsets = {one.device: one.clock_offset_s for one in recordings if one.clock_offset_s}
    said = [f"记录仪 {device} 的时钟已校正 {seconds:+d} 秒" for device, seconds in sorted(offsets.items())]
    return "：" + "；".join(part for part in (result.figures, *said, _assigned(chain, recordings)) if part)


@case_rule(
    "V02-sound-footage",
    "录像可读、内容无疑点",
    rows="V02 G09 W05",
    blocking=True,
    remedy="人工查看该录像；文件残缺的重新从记录仪导出。",
    unless=FILMED,
)
def sound_footage(chain: CaseHistory) -> Iterator[Outcome]:
    """A truncated, silent, black or wrongly timed file waits for a person."""
    for step in chain.visits:
        for one in _arrived(chain.footage(step)):
            doubts = (*one.remarks, *(("文件残缺，只按可播放部分计",) if one.truncated else ()))
            about: dict[str, Any] = {"visit": step.id, "document": one.name, "evidence": _files((one,))}
            if one.by_hand:
                yield revised(_by_hand(chain, step, one, doubts, about), _sound(one, doubts, about))
            elif doubts:
                said = "；".join(doubt.rstrip("。") for doubt in doubts)
                yield revised(
                    unsure(f"录像 {one.name}：{said}。", observed=said, **about),
                    unsure(f"录像 {one.name}：{'；'.join(doubts)}。", observed="；".join(doubts), **about),
                )
            else:
                yield revised(
                    passed(f"录像 {one.name} 抽查的画面和声音未见疑点{_burnt_in(one)}。", **about),
                    passed(f"录像 {one.name} 未见疑点。", **about),
                )


def _sound(one: Recording, doubts: tuple[str, ...], about: dict[str, Any]) -> Outcome:
    """What rulesets 1 and 2 said, whoever had assigned the film."""
    if not doubts:
        return passed(f"录像 {one.name} 未见疑点。", **about)
    return unsure(f"录像 {one.name}：{'；'.join(doubts)}。", observed="；".join(doubts), **about)


def _by_hand(
    chain: CaseHistory, step: Step, one: Recording, doubts: tuple[str, ...], about: dict[str, Any]
) -> Outcome:
    """A film that a person assigned: by whom and why, from which visit, and whether its time fits at all."""
    word = _word(one)
    if doubt := _no_weight(chain, step, one):
        return unsure(doubt, observed=word, **about)
    asked = [doubt.rstrip("。") for doubt in doubts]
    if one.assigned_stated and chain.index.edition >= BY_SOMEBODY_KNOWN:
        asked.append("账号没有关联人员，指派人只是自述，请由关联本人的账号指派")
    if one.taken_from:
        asked.append(f"原归入 {one.taken_from}")
    if not _at_the_time(step, one):
        asked.append("录像时间不在这次活动之内")
    if asked:
        said = "；".join((word, *asked))
        return unsure(f"录像 {one.name} {said}，请核对。", observed=said, **about)
    return passed(f"录像 {one.name} {word}，抽查的画面和声音未见疑点。", **about)


def _burnt_in(one: Recording) -> str:
    """What the clock in the picture seems to say, where it is another day: a suggestion, no verdict."""
    shown = one.burnt_in_start
    if shown is None or one.started_at is None or local_date(shown) == local_date(one.started_at):
        return ""
    day = local_date(shown).isoformat()
    return f"；画面上的时间似为 {day}（文字识别，仅供参考），与文件时间不是同一天，请核对"


def _at_the_time(step: Step, one: Recording) -> bool:
    """Whether a film's own time touches the visit; unknown times do not."""
    if one.started_at is None or not one.duration_ms:
        return False
    left = step.facts.left_at or step.facts.arrived_at
    ends = one.started_at + timedelta(milliseconds=one.duration_ms)
    return one.started_at <= left and step.facts.arrived_at <= ends


@case_rule(
    "V01-known-recorder",
    "记录仪已登记",
    rows="V01",
    level=Level.WARNING,
    remedy="在记录仪台账登记设备编号、领用人和起止日期。",
    unless=FILMED,
)
def known_recorder(chain: CaseHistory) -> Iterator[Outcome]:
    """Each file comes from a registered recorder that was in service on the day."""
    devices = {
        alias: device for device in chain.index.facts.devices for alias in (device.serial, *device.aliases)
    }
    for step in chain.visits:
        for serial in sorted({one.device for one in _arrived(chain.footage(step))}):
            device = devices.get(serial)
            about: dict[str, Any] = {
                "visit": step.id,
                "expected": "已登记的记录仪",
                "observed": serial or "不明",
            }
            if not serial:
                yield unsure(f"{step.name}有录像看不出出自哪台记录仪。", **about)
            elif device is None:
                yield failed(f"{step.name}的录像出自未登记的记录仪 {serial}。", **about)
            elif (device.from_date and step.day < device.from_date) or (
                device.to_date and step.day > device.to_date
            ):
                yield failed(f"记录仪 {serial} 在 {step.day.isoformat()} 不在登记的使用期内。", **about)
            else:
                yield passed(f"记录仪 {serial} 已登记。", **about)


RULES = (video_and_audio, whole_visit, sound_footage, known_recorder)
