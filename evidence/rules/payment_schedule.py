"""The contract's six payments and what lateness costs (第八条2, 第九条). Amounts in fen, never floats."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from evidence.rules.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One of the contract's payments."""

    number: int
    """1 on signing, 2..4 after half-years 1..3, 5 after the last half-year, 6 at the end."""
    percent: int
    amount_fen: int | None
    """None while the contract price is not set."""
    half: int | None
    """The half-year whose work it pays, 1-based."""
    first: date | None
    last: date | None
    """First and last day of that half-year."""

    @property
    def key(self) -> str:
        """Its key in the registers of invoices and payments."""
        return str(self.number)

    @property
    def name(self) -> str:
        """`第2期（20%，第1个半年）`."""
        half = f"，第{self.half}个半年" if self.half else ""
        return f"第{self.number}期（{self.percent}%{half}）"


def schedule(parameters: Parameters) -> tuple[Instalment, ...]:
    """20/20/20/20/15/5: on signing, four half-years, and the settlement."""
    percents = parameters.instalment_percent
    price = parameters.price_yuan
    found = []
    for number, percent in enumerate(percents, start=1):
        half = number - 1 if 1 < number < len(percents) else None
        first, last = half_year(parameters.signed_on, half) if half else (None, None)
        found.append(
            Instalment(
                number=number,
                percent=percent,
                amount_fen=None if price is None else price * percent,
                half=half,
                first=first,
                last=last,
            )
        )
    return tuple(found)


def half_year(signed_on: date, half: int) -> tuple[date, date]:
    """First and last day of the `half`-th half-year counted from the contract date."""
    first = signed_on + relativedelta(months=6 * (half - 1))
    return first, signed_on + relativedelta(months=6 * half) - timedelta(days=1)


def late_fee(owed_fen: int, days: int, parameters: Parameters) -> int:
    """0.5% a day of what is owed, at most 5% of it (第九条2、4); fen, rounded down."""
    thousandths = min(max(days, 0) * parameters.late_permille_per_day, parameters.late_cap_percent * 10)
    return owed_fen * thousandths // 1000


def yuan(fen: int) -> str:
    """`¥123,456.70`."""
    return f"¥{fen // 100:,}.{fen % 100:02d}"
