"""The tables, and how they come to be.

`line` is the journal: the exact bytes of each line. `head` has one row, the end of the journal with
the edge of its Merkle tree; whoever locks that row is the one writer. `subtree` keeps the roots of
full subtrees, so that proofs need a few hundred lines and not all. `held` is the view: the fold's
rows, one partition for each kind of them.
"""

from __future__ import annotations

import re

from psycopg import Connection, sql

from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.chain import START

VIEW_VERSION = 6
"""Raised whenever the fold gives other rows, or rows other marks, for the same lines; whoever opens an older
view rebuilds it. 2: register entries and cycles have marks."""
KINDS = (
    "arrivals",
    "campaigns",
    "case",
    "checkpoints",
    "devices",
    "enterprise",
    "enterprises",
    "outcome",
    "packages",
    "people",
    "plans",
    "receipts",
    "recording",
    "register",
    "services",
    "sha",
    "touched",
    "week",
    "weekly",
)
"""What stands before the colon in the fold's table names; a kind that is not listed goes to `held_other`."""

_TABLES = """
CREATE TABLE line (seq bigint PRIMARY KEY, line bytea NOT NULL);
ALTER TABLE line ALTER COLUMN line SET STORAGE MAIN;
CREATE FUNCTION line_is_final() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'journal lines are never changed or removed'; END $$;
CREATE TRIGGER line_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON line
  FOR EACH STATEMENT EXECUTE FUNCTION line_is_final();
CREATE TABLE subtree (level smallint, place bigint, hash bytea NOT NULL, PRIMARY KEY (level, place));
CREATE TABLE head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  size bigint NOT NULL,
  digest text NOT NULL,
  nodes bytea NOT NULL,
  view_version integer NOT NULL,
  moved text NOT NULL DEFAULT ''
) WITH (fillfactor = 20);
CREATE TABLE held (
  kind text COLLATE "C",
  part text COLLATE "C",
  key text COLLATE "C",
  place bigint NOT NULL,
  seq bigint NOT NULL,
  mark text COLLATE "C",
  doc json NOT NULL,
  PRIMARY KEY (kind, part, key)
) PARTITION BY LIST (kind);
CREATE SEQUENCE held_place OWNED BY held.place;
CREATE TABLE held_other PARTITION OF held DEFAULT;
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS held_arrivals_mark_key_idx ON held_arrivals (mark, key);
CREATE INDEX IF NOT EXISTS held_arrivals_key_idx ON held_arrivals (key);
CREATE INDEX IF NOT EXISTS held_case_part_idx ON held_case (part) WHERE key = 'case';
CREATE INDEX IF NOT EXISTS held_case_visit_idx ON held_case (part) WHERE key >= 'visit:' AND key < 'visit;';
CREATE INDEX IF NOT EXISTS held_register_mark_idx ON held_register (mark);
CREATE INDEX IF NOT EXISTS held_services_key_idx ON held_services (key);
CREATE INDEX IF NOT EXISTS held_touched_seq_idx ON held_touched (seq);
"""
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def checked_name(schema: str) -> str:
    """The schema's name, if it needs no quoting.

    Raises:
        UsageError: another name.
    """
    if _NAME.fullmatch(schema) is None:
        raise UsageError(
            _("数据库模式名“{name}”不合适。").format(name=schema),
            where="evidence.toml [ledger] schema",
            remedy=_("请用小写字母、数字和下划线，以字母开头。"),
        )
    return schema


def ensure(connection: Connection, schema: str) -> int:
    """Make the tables if they are not there; two processes may try at once.

    Returns:
        The view version of the rows.
    """
    with connection.transaction():
        if connection.execute("SELECT to_regclass('head')").fetchone() == (None,):
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"make {schema}",))
            if connection.execute("SELECT to_regclass('head')").fetchone() == (None,):
                _make(connection, schema)
        row = connection.execute("SELECT view_version FROM head").fetchone()
        return 0 if row is None else int(row[0])


def index(connection: Connection) -> None:
    """Make the indexes that are not there: a view of an older version may lack some."""
    connection.execute(_INDEXES)


def _make(connection: Connection, schema: str) -> None:
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(schema)))
    connection.execute(_TABLES)
    for kind in KINDS:
        connection.execute(
            sql.SQL("CREATE TABLE {} PARTITION OF held FOR VALUES IN ({})").format(
                sql.Identifier(f"held_{kind}"), sql.Literal(kind)
            )
        )
    index(connection)
    connection.execute(
        "INSERT INTO head (size, digest, nodes, view_version) VALUES (0, %s, '', %s)", (START, VIEW_VERSION)
    )
