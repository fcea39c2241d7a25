"""One thing somebody has to do, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing somebody has to do."""

    what: str
    """Chinese, short: `督促整改`."""
    who: str
    """Name of the person, or 企业, 资料员, 项目负责人."""
    due: date
    """Last day in time."""
    first: date
    """First day in time; the day of the judgement for what may be done at once."""
    clause: str
    rule_id: str
    case: str = ""
    enterprise: str = ""
    name: str = ""
    """Short name of the enterprise."""
    detail: str = ""
    overdue: bool = False

    @property
    def key(self) -> str:
        """Stable identity, for calendars that replace an entry when it moves."""
        return f"{self.rule_id}/{self.case or self.enterprise or self.what}/{self.detail}"
