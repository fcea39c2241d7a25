"""Connections: how they are opened, when they count as lost, and what a person is told then."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any

import msgspec
import psycopg
from psycopg import Connection
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from evidence.errors import EvidenceError, MissingPartError, UsageError
from evidence.language import _
from evidence.ledger.postgres.rows import Ask

_SESSION = {
    "synchronous_commit": "on",  # what is acknowledged is on disk
    "client_min_messages": "warning",
    # a host that vanished frees its locks after about half a minute
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class DatabaseUnreachableError(MissingPartError):
    """The ledger's database does not answer."""


class _JsonLoader(Loader):
    """JSON columns, decoded by our codec."""

    def load(self, data: Any) -> Any:
        """Bytes of the column as Python values."""
        return msgspec.json.decode(bytes(data))


def conninfo_of(database: str, schema: str, *, idle_s: int, lock_timeout_s: int = 0) -> str:
    """The connection string as we use it: durable commits, unqualified names are those of the schema.

    Args:
        idle_s: seconds an open transaction may lie idle before the server ends it, so that a process
            that hangs holds nobody up; 0 for ever.
        lock_timeout_s: seconds to wait for a lock; 0 for ever.

    Raises:
        UsageError: it cannot be read.
    """
    settings = {
        **_SESSION,
        "search_path": schema,
        "idle_in_transaction_session_timeout": f"{idle_s}s",
        "lock_timeout": f"{lock_timeout_s}s",
    }
    try:
        given = conninfo_to_dict(database)
    except psycopg.ProgrammingError as error:
        raise UsageError(
            _("数据库连接串无法读懂：{error}").format(error=str(error).strip()),
            where="evidence.toml [ledger] database",
            remedy=_("例：postgresql://evidence@db.example.cn/evidence"),
        ) from error
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    options = " ".join(part for part in (str(given.get("options") or ""), ours) if part)
    keep = {"connect_timeout": given.get("connect_timeout") or 5, "tcp_user_timeout": 20_000}
    name = given.get("application_name") or "evidence"
    return make_conninfo(database, options=options, application_name=name, **keep)


def connect(database: str, schema: str, *, idle_s: int, lock_timeout_s: int = 0) -> Connection:
    """One connection; no transaction is open.

    Raises:
        UsageError: the connection string cannot be read.
        psycopg.OperationalError: the database does not answer or refuses.
    """
    info = conninfo_of(database, schema, idle_s=idle_s, lock_timeout_s=lock_timeout_s)
    connection = psycopg.connect(info, autocommit=True)
    connection.adapters.register_loader("json", _JsonLoader)
    return connection


def asking(connection: Connection) -> Ask:
    """How rows ask on this connection, within whatever transaction is open there."""

    def ask(query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        cursor = connection.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []

    return ask


def lost(connection: Connection | None) -> bool:
    """Whether a failure was the connection's end and not an answer of the database."""
    return connection is None or connection.closed or connection.broken


def close(connection: Connection | None) -> None:
    """Give a connection up, whatever state it is in."""
    if connection is not None:
        try:
            connection.close()
        except psycopg.Error:
            return


def unreachable(error: psycopg.Error, database: str) -> DatabaseUnreachableError:
    """What to tell a person."""
    return DatabaseUnreachableError(
        _("账本数据库没有应答：{why}").format(why=" ".join(str(error).split())),
        where=without_password(database),
        remedy=_("没有任何账目丢失，也没有写入一半。请联系管理员启动数据库或检查网络，然后重新运行。"),
    )


def without_password(database: str) -> str:
    """The connection string as it may be shown."""
    given = {key: value for key, value in conninfo_to_dict(database).items() if key != "password"}
    return make_conninfo("", **given)


def as_ours(error: psycopg.Error) -> Exception:
    """A refusal of the database in the words of the seam: a full disk is an `OSError`, as with files."""
    if isinstance(error, psycopg.errors.DiskFull):
        return OSError(errno.ENOSPC, _("数据库所在磁盘已满"))
    return EvidenceError(
        _("账本数据库拒绝了操作：{why}").format(why=" ".join(str(error).split())),
        remedy=_("没有写入任何账目。请把这段话交给数据库管理员。"),
    )
