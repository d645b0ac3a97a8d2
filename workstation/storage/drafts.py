"""Drafts and device-local notes inside outbox.db."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Engine, delete, select
from sqlalchemy.dialects.sqlite import insert

from workstation.ports import Draft
from workstation.storage.outbox_rows import writing
from workstation.storage.outbox_tables import draft as drafts
from workstation.storage.outbox_tables import micros
from workstation.storage.outbox_tables import note as notes

_PLACE = Path("outbox.db")


def load_draft(connection: Connection, case_id: str, person_id: str, kind: str) -> Draft | None:
    """Return what the person has begun to write."""
    content = connection.execute(
        select(drafts.c.content).where(
            drafts.c.case_id == case_id, drafts.c.person_id == person_id, drafts.c.kind == kind
        )
    ).scalar()
    return msgspec.json.decode(content, type=Draft) if content else None


def store_draft(connection: Connection, draft: Draft) -> None:
    """Keep a draft in the place of an older one."""
    values = {
        "content": msgspec.json.encode(draft).decode(),
        "saved_at": micros(draft.saved_at) if draft.saved_at is not None else 0,
    }
    row = insert(drafts).values(case_id=draft.case_id, person_id=draft.person_id, kind=draft.kind, **values)
    connection.execute(
        row.on_conflict_do_update(index_elements=["case_id", "person_id", "kind"], set_=values)
    )


def remove_draft(connection: Connection, case_id: str, person_id: str, kind: str) -> None:
    """Remove a draft."""
    connection.execute(
        delete(drafts).where(
            drafts.c.case_id == case_id, drafts.c.person_id == person_id, drafts.c.kind == kind
        )
    )


def load_note(connection: Connection, name: str) -> str:
    """Return a device-local setting, empty when unset."""
    return str(connection.execute(select(notes.c.value).where(notes.c.name == name)).scalar() or "")


def store_note(connection: Connection, name: str, value: str) -> None:
    """Keep a device-local setting; an empty value removes it."""
    if not value:
        connection.execute(delete(notes).where(notes.c.name == name))
        return
    row = insert(notes).values(name=name, value=value)
    connection.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


class Shelf:
    """Drafts and notes of one outbox file; the outbox builds on it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with writing(self._engine, _PLACE) as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    def draft(self, case_id: str, person_id: str, kind: str) -> Draft | None:
        """Return what the person has begun to write."""
        with self._read() as connection:
            return load_draft(connection, case_id, person_id, kind)

    def save_draft(self, draft: Draft) -> None:
        """Keep a draft; one without text and attachments is removed."""
        if not draft.text.strip() and not draft.attachments:
            self.drop_draft(draft.case_id, draft.person_id, draft.kind)
            return
        with self._write() as connection:
            store_draft(connection, draft)

    def drop_draft(self, case_id: str, person_id: str, kind: str) -> None:
        """Remove a draft."""
        with self._write() as connection:
            remove_draft(connection, case_id, person_id, kind)

    def note(self, name: str) -> str:
        """Return a device-local setting, empty when unset."""
        with self._read() as connection:
            return load_note(connection, name)

    def set_note(self, name: str, value: str) -> None:
        """Keep a device-local setting; an empty value removes it."""
        with self._write() as connection:
            store_note(connection, name, value)
