"""A replica in memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec

from workstation.casework.approval import Approval
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.message import Message
from workstation.casework.promise import Promise
from workstation.casework.records import Invoice, Order, Shipment, WorkOrder
from workstation.casework.wire import codec
from workstation.casework.wire.entities import ENTITIES, E, Entity, entity_id, entity_name
from workstation.casework.wire.sync import PullAnswer
from workstation.ports import (
    CaseDocuments,
    Changes,
    FindHit,
    InboxFilter,
    Key,
    QueueCounts,
    QueueItem,
    Tab,
    TimelineKey,
    TimelineRow,
)
from workstation.storage.find import query_of, words_of
from workstation.storage.queue import FOR_OTHERS, FOR_US, item_of, row_of
from workstation.storage.timeline_rows import lines_of

Id = tuple[str, str]
_REFERENCE = {"person", "team", "tenant", "limit", "budget", "calendar", "sla_policy", "text"}
_PARTS = (Case, Message, DecisionRecord, Promise, Approval)


class MemoryReplica:
    """Dictionaries and sorting; slow and obvious."""

    def __init__(self) -> None:
        self.generation = ""
        self.seqs: dict[str, int] = {}
        self.docs: dict[Id, Entity] = {}
        self.scopes: dict[Id, dict[str, int]] = {}
        self.over: dict[str, tuple[list[Entity], int]] = {}
        self.era = self.restored_era = 0
        self.data_of = ""
        self.loading: dict[str, int] = {}

    def apply_page(self, answer: PullAnswer) -> Changes:
        if self.data_of != answer.generation:
            self.data_of, self.restored_era = answer.generation, self.era
        touched: list[tuple[str, Entity]] = []
        for row in answer.rows:
            key = (row.entity, row.id)
            if row.gone:
                self.scopes.get(key, {}).pop(row.scope, None)
                continue
            eras = self.scopes.setdefault(key, {})
            known = self.docs.get(key) if max(eras.values(), default=0) >= self.restored_era else None
            eras[row.scope] = self.era
            if known is None or known.rev <= row.rev:
                self.docs[key] = codec.decode(row.body, ENTITIES[row.entity])
                touched.append((row.entity, self.docs[key]))
        for scope in [scope for scope in {**self.seqs, **self.loading} if scope not in answer.scopes]:
            self.seqs.pop(scope, None)
            self.loading.pop(scope, None)
            for kept in self.scopes.values():
                kept.pop(scope, None)
        for scope in list(self.loading):
            if answer.cursors.get(scope, -1) < answer.heads.get(scope, 0):
                continue
            since = self.loading.pop(scope)
            for kept in self.scopes.values():
                if kept.get(scope, since) < since:
                    del kept[scope]
        for key in [key for key in self.docs if not self.scopes.get(key)]:
            touched.append((key[0], self.docs.pop(key)))
        self.generation = answer.generation
        self.seqs.update(answer.cursors)
        return Changes(
            cases=frozenset(c for _, item in touched if (c := getattr(item, "case_id", ""))),
            customers=frozenset(c for _, item in touched if (c := getattr(item, "customer_id", ""))),
            reference=any(name in _REFERENCE for name, _ in touched),
        )

    def cursors(self) -> tuple[str, dict[str, int]]:
        return self.generation, dict(self.seqs)

    def reset(self, generation: str, *, is_restored: bool = False) -> None:
        self.era += 1
        if is_restored:
            self.restored_era = self.era
        known = {scope for kept in self.scopes.values() for scope in kept} | set(self.seqs)
        self.loading.update(dict.fromkeys(known, self.era))
        self.generation, self.seqs = generation, {}

    def reset_scope(self, scope: str) -> None:
        self.era += 1
        self.loading[scope] = self.era
        self.seqs.pop(scope, None)

    def put_overlay(self, case_id: str, entities: Sequence[Entity], pending: int) -> None:
        self.over.pop(case_id, None)
        if entities or pending:
            self.over[case_id] = (list(entities), pending)

    def clear_overlay(self) -> None:
        self.over.clear()

    def _all(self) -> dict[Id, Entity]:
        merged = dict(self.docs)
        for entities, _ in self.over.values():
            merged.update({(entity_name(item), entity_id(item)): item for item in entities})
        return merged

    def base_of_case(self, case_id: str) -> CaseDocuments:
        return CaseDocuments(tuple(self._of_case(self.docs, case_id)))

    def _of_case(self, docs: dict[Id, Entity], case_id: str) -> list[Entity]:
        found = [
            item
            for item in docs.values()
            if isinstance(item, _PARTS) and getattr(item, "case_id", "") == case_id
        ]
        case = docs.get(("case", case_id))
        if isinstance(case, Case) and ("customer", case.customer_id) in docs:
            found.append(docs[("customer", case.customer_id)])  # type: ignore[arg-type]
        return cast(list[Entity], found)

    def case(self, case_id: str) -> CaseDocuments:
        docs = self._all()
        found = {(entity_name(item), entity_id(item)): item for item in self._of_case(docs, case_id)}
        case = docs.get(("case", case_id))
        if isinstance(case, Case) and case.customer_id:
            for item in self.customer_records(case.customer_id).entities:
                found.setdefault((entity_name(item), entity_id(item)), item)
        return CaseDocuments(tuple(found.values()))

    def customer_records(self, customer_id: str) -> CaseDocuments:
        return CaseDocuments(
            tuple(
                item
                for item in self.docs.values()
                if getattr(item, "customer_id", "") == customer_id and not isinstance(item, Case | Approval)
            )
        )

    def get(self, kind: type[E], entity_id: str) -> E | None:
        return cast(E | None, self._all().get((entity_name(cast(type[Entity], kind)), entity_id)))

    def all_of(self, kind: type[E]) -> tuple[E, ...]:
        return tuple(cast(E, item) for item in self.docs.values() if type(item) is kind)

    def open_work(self, limit: int, first: Sequence[str]) -> tuple[WorkOrder, ...]:
        found = [work for work in self.all_of(WorkOrder) if work.status == "open"]
        found.sort(key=lambda work: (work.kind not in first, work.created_at, work.work_order_id))
        return tuple(found[:limit])

    def _rows(self) -> list[QueueItem]:
        rows: dict[str, QueueItem] = {}
        for item in self.docs.values():
            if isinstance(item, Case):
                rows[item.case_id] = item_of(row_of(item))
        for case_id, (entities, pending) in self.over.items():
            case = next((item for item in entities if isinstance(item, Case)), None)
            case = case or cast(Case | None, self.docs.get(("case", case_id)))
            if case is not None and pending:
                rows[case_id] = item_of(row_of(case, pending))
        return sorted(rows.values(), key=lambda row: _place(row.key))

    def _shown(self, filter: InboxFilter) -> list[QueueItem]:
        found = self._by_words(filter.text) if filter.text.strip() else None
        return [
            row
            for row in self._rows()
            if row.key.group <= FOR_OTHERS
            and _in_tab(row, filter)
            and filter.channel in ("", row.channel)
            and (found is None or row.case_id in found)
        ]

    def _by_words(self, text: str) -> set[str]:
        found: set[str] = set()
        for item in self._matching(text):
            case_id = getattr(item, "case_id", "")
            if case_id:
                found.add(case_id)
            elif isinstance(item, Customer | Order):
                found.update(
                    case.case_id
                    for case in self.docs.values()
                    if isinstance(case, Case) and case.customer_id == item.customer_id
                )
        return found

    def _matching(self, text: str) -> list[Entity]:
        wanted = [_folded(word.strip('"*')) for word in query_of(text).split(" AND ") if word]
        if not wanted:
            return []
        matches: list[Entity] = []
        for item in self.docs.values():
            words = "".join(c if c.isalnum() else " " for c in _folded(words_of(item))).split()
            if words and all(any(word.startswith(part) for word in words) for part in wanted):
                matches.append(item)
        return matches

    def queue_page(
        self, filter: InboxFilter, after: Key | None, limit: int, waiting: bool | None = None
    ) -> tuple[QueueItem, ...]:
        rows = self._shown(filter)
        if waiting is not None:
            rows = [row for row in rows if (row.key.group == FOR_OTHERS) == waiting]
        if after is not None:
            rows = [row for row in rows if _place(row.key) > _place(after)]
        return tuple(rows[:limit])

    def queue_counts(
        self, filter: InboxFilter, now: datetime, soon: datetime, end_of_day: datetime
    ) -> QueueCounts:
        def ours(tab: Tab) -> list[QueueItem]:
            wanted = dataclasses.replace(filter, tab=tab)
            return [row for row in self._shown(wanted) if row.key.group == FOR_US]

        rows = ours(filter.tab)
        due = [row.due_at for row in rows if row.due_at is not None]
        overdue = sum(at <= now for at in due)
        soon_n = sum(now < at <= soon for at in due)
        today = sum(soon < at <= end_of_day for at in due)
        others = [row for row in self._shown(filter) if row.key.group == FOR_OTHERS]
        later = [row.due_at for row in self._rows() if row.due_at and row.due_at > now and row.key.group < 2]
        return QueueCounts(
            all=len(ours("all")),
            mine=len(ours("mine")),
            team=len(ours("team")),
            overdue=overdue,
            due_soon=soon_n,
            sections={
                "overdue": overdue,
                "next_30_minutes": soon_n,
                "today": today,
                "later": len(rows) - overdue - soon_n - today,
                "waiting_on_others": len(others),
            },
            next_due_at=min(later, default=None),
        )

    def queue_item(self, case_id: str) -> QueueItem | None:
        return next((row for row in self._rows() if row.case_id == case_id), None)

    def timeline(
        self, customer_id: str, group: str, after: TimelineKey | None, limit: int
    ) -> tuple[TimelineRow, ...]:
        rows: list[TimelineRow] = []
        for (name, identifier), item in self.docs.items():
            for line in lines_of(item):
                case = self.docs.get(("case", line.case_id))
                owner = line.customer_id or (case.customer_id if isinstance(case, Case) else "")
                if owner == customer_id and group in ("", "all", line.group):
                    body = msgspec.json.encode(item)
                    rows.append(
                        TimelineRow(line.at, line.group, name, identifier, line.part, body, line.case_id)  # type: ignore[arg-type]
                    )
        rows.sort(key=lambda row: (row.at, row.entity, row.entity_id, row.part), reverse=True)
        return tuple(rows[:limit])

    def cases_of_customer(self, customer_id: str, limit: int = 50) -> tuple[QueueItem, ...]:
        return tuple(row for row in self._rows() if row.customer_id == customer_id)[:limit]

    def recent_customers(self, limit: int) -> tuple[FindHit, ...]:
        wanted = {row.customer_id for row in self._rows()}
        return tuple(
            FindHit("customer", item.customer_id, item.name, item.address.city, "", item.customer_id)
            for item in self.docs.values()
            if isinstance(item, Customer) and item.customer_id in wanted
        )[:limit]

    def find(self, text: str, limit: int = 30) -> tuple[FindHit, ...]:
        hits: dict[Id, FindHit] = {}
        for item in self._matching(text):
            hit = self._hit(item)
            if hit is not None:
                hits[(hit.entity, hit.entity_id)] = hit
        order = {"customer": 0, "case": 1, "order": 2}
        return tuple(sorted(hits.values(), key=lambda hit: order[hit.entity])[:limit])

    def _hit(self, item: Entity) -> FindHit | None:
        if isinstance(item, Message):
            case = self.docs.get(("case", item.case_id))
            return self._hit(case) if isinstance(case, Case) else None
        if isinstance(item, Case):
            return FindHit.of_case(item)
        if isinstance(item, Customer):
            return FindHit("customer", item.customer_id, item.name, "", "", item.customer_id)
        if isinstance(item, Order | Invoice | Shipment):
            customer = self.docs.get(("customer", item.customer_id))
            name = customer.name if isinstance(customer, Customer) else ""
            return FindHit("order", item.order_id, getattr(item, "number", ""), name, "", item.customer_id)
        return None

    def close(self) -> None:
        """Nothing to close."""


def _place(key: Key) -> tuple[int, int, int, str]:
    return (key.group, key.due, key.rank, key.case_id)


def _in_tab(row: QueueItem, filter: InboxFilter) -> bool:
    if filter.tab == "mine":
        return row.assignee_id == filter.person_id
    if filter.tab == "team":
        return row.team_id == filter.team_id and row.assignee_id != filter.person_id
    return True


def _folded(text: str) -> str:
    import unicodedata

    kept = unicodedata.normalize("NFKD", text)
    return "".join(character for character in kept if not unicodedata.combining(character)).casefold()
