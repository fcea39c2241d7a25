"""What no virus scanner has seen yet is shown to it: after an outage, or since there is a scanner at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.errors import MissingPartError, UsageError
from evidence.inbox.booking import Booking
from evidence.inbox.ingest import Intake
from evidence.inbox.screening import infected, is_infected
from evidence.language import _
from evidence.ledger.arrival_events import ArrivalScanned
from evidence.ledger.events import Event
from evidence.ledger.view import Arrival, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescan:
    """One file that the scanner was asked about again."""

    arrival: Arrival
    scan: VirusScan


def unscanned(view: View, intake: Intake) -> tuple[Arrival, ...]:
    """Arrivals whose bytes lie in the archive and that no scanner has seen whole, in order of id."""
    return tuple(
        arrival
        for arrival in view.arrivals()
        if arrival.judged is not None
        and not (arrival.scan is not None and arrival.scan.settled)
        and arrival.duplicate_of is None
        and _held(arrival, intake)
    )


def scan_again(intake: Intake, arrivals: Sequence[Arrival], *, actor: str) -> Iterator[Rescan]:
    """Ask the scanner about each and journal what it says; what is harmful goes into quarantine.

    Raises:
        UsageError: no scanner is configured, or there are no bytes of an arrival.
        MissingPartError: the scanner does not answer; what was asked before that stays journalled.
    """
    ask = intake.archived.scanner
    if ask is None:
        raise UsageError(
            _("没有配置病毒扫描程序。"),
            where="evidence.toml [antivirus] clamd",
            remedy=_("请在该处写上 clamd 的套接字，如 /run/clamav/clamd.ctl。"),
        )
    for arrival in arrivals:
        if arrival.sha256 is None or not _held(arrival, intake):
            raise UsageError(
                _("{arrival} 的内容不在档案里，无法扫描。").format(arrival=arrival.id),
                where=arrival.path,
                remedy=_("就地登记的录像和已销毁的资料不扫描；请从命令中去掉它。"),
            )
        scan = ask(intake.archived.originals.path(arrival.sha256))
        if scan.result is ScanResult.UNAVAILABLE:
            raise MissingPartError(scan.why, remedy=_("请启动 clamd，再运行 evidence antivirus。"))
        _journal(intake, arrival, scan, actor)
        yield Rescan(arrival=arrival, scan=scan)


def _held(arrival: Arrival, intake: Intake) -> bool:
    return arrival.sha256 is not None and intake.archived.originals.path(arrival.sha256).is_file()


def _journal(intake: Intake, arrival: Arrival, scan: VirusScan, actor: str) -> None:
    if is_infected(scan):
        if arrival.scan != scan:
            booking = Booking(ledger=intake.archived.ledger, clock=intake.archived.clock)
            booking.judge(arrival, infected(arrival.id, scan))
            intake.lay_out(arrival.id)
        return

    def decide(view: View) -> Sequence[Event]:
        current = view.arrival(arrival.id)
        if current is None or current.sha256 != arrival.sha256 or current.scan == scan:
            return ()  # the rest of a broken file came meanwhile, or nothing new was learnt
        return (ArrivalScanned(arrival=arrival.id, scan=scan),)

    intake.archived.ledger.transact(actor, decide)
