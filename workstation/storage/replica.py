"""replica.db: what the hub has said, with own pending acts on top; plain statements on two connections."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Engine

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.message import Message
from workstation.casework.records import Invoice, Order, Shipment, WorkOrder
from workstation.casework.wire.entities import E, Entity, entity_id, entity_name
from workstation.ports import (
    CaseDocuments,
    FindHit,
    InboxFilter,
    Key,
    QueueCounts,
    QueueItem,
    TimelineKey,
    TimelineRow,
)
from workstation.storage.find import query_of
from workstation.storage.ingest import decoded
from workstation.storage.outbox_rows import writing
from workstation.storage.queue import COLUMN_COUNT, COLUMNS, item_of, moment, page_sql, row_of
from workstation.storage.queue_counts import count_queue
from workstation.storage.scope_copies import CopiedScopes

MAX_FOUND = 200
_PLACE = Path("replica.db")
_CUSTOMER_PARTS = (
    "order",
    "payment",
    "shipment",
    "invoice",
    "dunning_notice",
    "commitment",
    "return",
    "booking",
    "work_order",
    "voucher",
    "decision",
    "promise",
)


class SqlReplica(CopiedScopes):
    """The port ``Replica``: ``writer`` belongs to the lane ``replica``, ``reader`` to whoever asks."""

    def __init__(self, writer: Engine, reader: Engine) -> None:
        self._writer = writer
        self._reader = reader

    # ------------------------------------------------------------------ the overlay

    def put_overlay(self, case_id: str, entities: Sequence[Entity], pending: int) -> None:
        """Replace the overlay of one case."""
        rows = [
            (entity_name(item), entity_id(item), case_id, msgspec.json.encode(item).decode())
            for item in entities
        ]
        with writing(self._writer, _PLACE) as connection:
            connection.exec_driver_sql("DELETE FROM ov_doc WHERE case_id = ?", (case_id,))
            connection.exec_driver_sql("DELETE FROM ov_case_row WHERE case_id = ?", (case_id,))
            if rows:
                connection.exec_driver_sql(
                    "INSERT OR REPLACE INTO ov_doc (entity, entity_id, case_id, body) VALUES (?, ?, ?, ?)",
                    rows,
                )
            case = next((item for item in entities if isinstance(item, Case)), None)
            if case is None and pending:
                case = _one(
                    connection, "SELECT body FROM doc WHERE entity = 'case' AND entity_id = ?", case_id
                )
            if case is not None and pending:
                marks = ", ".join("?" * COLUMN_COUNT)
                connection.exec_driver_sql(
                    f"INSERT INTO ov_case_row ({COLUMNS}) VALUES ({marks})", row_of(case, pending)
                )

    def clear_overlay(self) -> None:
        """Drop the whole overlay."""
        with writing(self._writer, _PLACE) as connection:
            connection.exec_driver_sql("DELETE FROM ov_doc")
            connection.exec_driver_sql("DELETE FROM ov_case_row")

    # ------------------------------------------------------------------ cases and entities

    def base_of_case(self, case_id: str) -> CaseDocuments:
        """Return a case with messages, decisions, promises, approvals, customer, without the overlay."""
        with self._reader.connect() as connection:
            found = _entities(
                connection.exec_driver_sql(
                    "SELECT entity, body FROM doc WHERE case_id = ? AND case_id <> ''", (case_id,)
                )
            )
            case = next((item for item in found if isinstance(item, Case)), None)
            if case is not None and case.customer_id:
                found += _entities(
                    connection.exec_driver_sql(
                        "SELECT entity, body FROM doc WHERE entity = 'customer' AND entity_id = ?",
                        (case.customer_id,),
                    )
                )
        return CaseDocuments(tuple(found))

    def case(self, case_id: str) -> CaseDocuments:
        """Return a case with the overlay, and all records of its customer."""
        with self._reader.connect() as connection:
            over = _bodies(
                connection.exec_driver_sql(
                    "SELECT entity, entity_id, body FROM ov_doc WHERE case_id = ?", (case_id,)
                )
            )
            bodies = _bodies(
                connection.exec_driver_sql(
                    "SELECT entity, entity_id, body FROM doc WHERE case_id = ? AND case_id <> ''", (case_id,)
                )
            )
            raw_case = over.get(("case", case_id)) or bodies.get(("case", case_id))
            case = cast(Case | None, decoded("case", raw_case)) if raw_case else None
            if case is not None and case.customer_id:
                bodies = {**_records(connection, case.customer_id), **bodies}
        bodies.update(over)
        return CaseDocuments(tuple(_decoded_all(bodies)))

    def customer_records(self, customer_id: str) -> CaseDocuments:
        """Return a customer and all their records."""
        with self._reader.connect() as connection:
            return CaseDocuments(tuple(_decoded_all(_records(connection, customer_id))))

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """Return one entity, overlay first."""
        name = entity_name(cast(type[Entity], kind))
        with self._reader.connect() as connection:
            body = connection.exec_driver_sql(
                "SELECT body FROM ov_doc WHERE entity = ? AND entity_id = ? UNION ALL"
                " SELECT body FROM doc WHERE entity = ? AND entity_id = ? LIMIT 1",
                (name, entity_id, name, entity_id),
            ).scalar()
        return cast(E | None, decoded(name, body)) if body else None

    def all_of(self, kind: type[E]) -> tuple[E, ...]:
        """Return all entities of a small kind."""
        name = entity_name(cast(type[Entity], kind))
        with self._reader.connect() as connection:
            rows = connection.exec_driver_sql("SELECT entity, body FROM doc WHERE entity = ?", (name,))
            return tuple(cast(E, item) for item in _entities(rows))

    def open_work(self, limit: int, first: Sequence[str]) -> tuple[WorkOrder, ...]:
        """Return the work orders nobody has confirmed: the kinds ``first`` before others, oldest first."""
        with self._reader.connect() as connection:
            # What is open does not say so: a body leaves out what it has by default.
            rows = connection.exec_driver_sql(
                "SELECT entity, body FROM doc INDEXED BY doc_open_work WHERE entity = 'work_order'"
                " AND coalesce(json_extract(body, '$.status'), 'open') = 'open'"
                " ORDER BY json_extract(body, '$.kind') NOT IN (SELECT value FROM json_each(?)),"
                " json_extract(body, '$.created_at'), entity_id LIMIT ?",
                (json.dumps(list(first)), limit),
            )
            return tuple(cast(WorkOrder, item) for item in _entities(rows))

    # ------------------------------------------------------------------ the queue

    def queue_page(
        self, filter: InboxFilter, after: Key | None, limit: int, waiting: bool | None = None
    ) -> tuple[QueueItem, ...]:
        """Return rows in queue order after ``after``."""
        with self._reader.connect() as connection:
            case_ids = self._cases_by_words(connection, filter.text) if filter.text.strip() else None
            sql, params = page_sql(filter, after, limit, waiting, case_ids)
            return tuple(map(item_of, connection.exec_driver_sql(sql, params).all()))

    def queue_counts(
        self, filter: InboxFilter, now: datetime, soon: datetime, end_of_day: datetime
    ) -> QueueCounts:
        """Return the badges of the queue."""
        with self._reader.connect() as connection:
            return count_queue(connection, filter, now, soon, end_of_day)

    def queue_item(self, case_id: str) -> QueueItem | None:
        """Return one row, whether or not it is in the queue now."""
        with self._reader.connect() as connection:
            row = connection.exec_driver_sql(
                f"SELECT {COLUMNS} FROM ov_case_row WHERE case_id = ? UNION ALL"
                f" SELECT {COLUMNS} FROM case_row WHERE case_id = ? LIMIT 1",
                (case_id, case_id),
            ).first()
        return item_of(row) if row is not None else None

    def cases_of_customer(self, customer_id: str, limit: int = 50) -> tuple[QueueItem, ...]:
        """Return the customer's cases, newest first."""
        with self._reader.connect() as connection:
            rows = connection.exec_driver_sql(
                f"SELECT {COLUMNS} FROM case_row WHERE customer_id = ? ORDER BY opened_at DESC LIMIT ?",
                (customer_id, limit),
            )
            return tuple(map(item_of, rows))

    # ------------------------------------------------------------------ timeline and find

    def timeline(
        self, customer_id: str, group: str, after: TimelineKey | None, limit: int
    ) -> tuple[TimelineRow, ...]:
        """Return the customer's history, newest first, after ``after``."""
        where, params = "t.owner = ?", [cast(Any, customer_id)]
        if after is not None:
            where += " AND (t.at, t.entity, t.entity_id, t.part) < (?, ?, ?, ?)"
            params.extend((after.at, after.entity, after.entity_id, after.part))
        if group and group != "all":
            where += " AND t.grp = ?"
            params.append(group)
        sql = (
            "SELECT t.at, t.grp, t.entity, t.entity_id, t.part, d.body, t.case_id FROM timeline_row AS t"
            f" JOIN doc AS d ON d.entity = t.entity AND d.entity_id = t.entity_id WHERE {where}"
            " ORDER BY t.at DESC, t.entity DESC, t.entity_id DESC, t.part DESC LIMIT ?"
        )
        with self._reader.connect() as connection:
            rows = connection.exec_driver_sql(sql, (*params, limit)).all()
        return tuple(
            TimelineRow(
                at=moment(row[0]) or datetime(1970, 1, 1, tzinfo=UTC),
                group=row[1],
                entity=row[2],
                entity_id=row[3],
                part=row[4],
                body=row[5].encode(),
                case_id=row[6],
            )
            for row in rows
        )

    def find(self, text: str, limit: int = 30) -> tuple[FindHit, ...]:
        """Return cases, customers and orders that fit the words, newest first."""
        hits: dict[tuple[str, str], FindHit] = {}
        with self._reader.connect() as connection:
            for entity, body in self._found(connection, text):
                thing = decoded(entity, body)
                hit = self._hit(connection, thing) if thing is not None else None
                if hit is not None:
                    hits.setdefault((hit.entity, hit.entity_id), hit)
                if len(hits) >= limit * 3:
                    break
        order = {"customer": 0, "case": 1, "order": 2}
        return tuple(sorted(hits.values(), key=lambda hit: order[hit.entity])[:limit])

    def recent_customers(self, limit: int) -> tuple[FindHit, ...]:
        """Return the customers whose cases are the newest."""
        with self._reader.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT d.body FROM (SELECT customer_id, max(opened_at) AS newest FROM case_row"
                " WHERE customer_id <> '' GROUP BY customer_id ORDER BY newest DESC LIMIT ?) AS c"
                " JOIN doc AS d ON d.entity = 'customer' AND d.entity_id = c.customer_id"
                " ORDER BY c.newest DESC",
                (limit,),
            ).all()
            things = [decoded("customer", row[0]) for row in rows]
            hits = [self._hit(connection, thing) for thing in things if thing is not None]
        return tuple(hit for hit in hits if hit is not None)

    def _found(self, connection: Connection, text: str) -> Iterable[tuple[str, str]]:
        query = query_of(text)
        if not query:
            return ()
        rows = connection.exec_driver_sql(
            "SELECT d.entity, d.body FROM find_text AS f JOIN find_doc AS i ON i.id = f.rowid"
            " JOIN doc AS d ON d.entity = i.entity AND d.entity_id = i.entity_id"
            " WHERE find_text MATCH ? ORDER BY f.rowid DESC LIMIT ?",
            (query, MAX_FOUND),
        ).all()
        return [(row[0], row[1]) for row in rows]

    def _cases_by_words(self, connection: Connection, text: str) -> list[str]:
        """Return the cases whose own words, messages or customer fit."""
        rows = connection.exec_driver_sql(
            "SELECT d.entity, d.case_id, d.customer_id FROM find_text AS f"
            " JOIN find_doc AS i ON i.id = f.rowid"
            " JOIN doc AS d ON d.entity = i.entity AND d.entity_id = i.entity_id"
            " WHERE find_text MATCH ? ORDER BY f.rowid DESC LIMIT ?",
            (query_of(text) or '""', MAX_FOUND),
        ).all()
        found = {case_id for _, case_id, _ in rows if case_id}
        customers = {customer_id for entity, _, customer_id in rows if entity in ("customer", "order")}
        found.update(
            case_id
            for (case_id,) in connection.exec_driver_sql(
                "SELECT case_id FROM case_row WHERE customer_id IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(customers)),),
            )
        )
        return sorted(found)

    def _hit(self, connection: Connection, thing: Entity) -> FindHit | None:
        match thing:
            case Case():
                return FindHit.of_case(thing)
            case Message():
                case = _one(
                    connection, "SELECT body FROM doc WHERE entity = 'case' AND entity_id = ?", thing.case_id
                )
                return FindHit.of_case(case) if case is not None else None
            case Customer():
                place = thing.address.city
                return FindHit("customer", thing.customer_id, thing.name, place, "", thing.customer_id)
            case Order():
                name = self._name_of(connection, thing.customer_id)
                return FindHit(
                    "order", thing.order_id, thing.number, name, "", thing.customer_id, thing.placed_at
                )
            case Invoice() | Shipment():
                title = thing.number if isinstance(thing, Invoice) else thing.tracking_number
                name = self._name_of(connection, thing.customer_id)
                return FindHit("order", thing.order_id, title, name, "", thing.customer_id)
            case _:
                return None

    @staticmethod
    def _name_of(connection: Connection, customer_id: str) -> str:
        body = connection.exec_driver_sql(
            "SELECT body FROM doc WHERE entity = 'customer' AND entity_id = ?", (customer_id,)
        ).scalar()
        customer = decoded("customer", body) if body else None
        return customer.name if isinstance(customer, Customer) else ""

    def close(self) -> None:
        """Close the files."""
        self._reader.dispose()
        self._writer.dispose()


def _bodies(rows: Iterable[Any]) -> dict[tuple[str, str], str]:
    return {(row[0], row[1]): row[2] for row in rows}


def _records(connection: Connection, customer_id: str) -> dict[tuple[str, str], str]:
    rows = connection.exec_driver_sql(
        "SELECT entity, entity_id, body FROM doc WHERE customer_id = ? AND customer_id <> '' AND entity IN"
        " (SELECT value FROM json_each(?))"
        " UNION ALL SELECT entity, entity_id, body FROM doc WHERE entity = 'customer' AND entity_id = ?",
        (customer_id, json.dumps(_CUSTOMER_PARTS), customer_id),
    )
    return _bodies(rows)


def _decoded_all(bodies: dict[tuple[str, str], str]) -> Iterable[Entity]:
    for (entity, _), body in bodies.items():
        item = decoded(entity, body)
        if item is not None:
            yield item


def _entities(rows: Iterable[Any]) -> list[Entity]:
    return [item for item in (decoded(row[0], row[1]) for row in rows) if item is not None]


def _one(connection: Connection, sql: str, case_id: str) -> Case | None:
    body = connection.exec_driver_sql(sql, (case_id,)).scalar()
    return cast(Case | None, decoded("case", body)) if body else None
