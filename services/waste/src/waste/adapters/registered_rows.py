"""What is registered, as rows: sub-accounts, sites, containers, devices."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from service_kit.answers import SqlAnswers

from waste.adapters.container_tables import containers, devices, sites, sub_accounts
from waste.application.ports_containers import Chosen, KeptT
from waste.domain.access import EVERYTHING, Scope
from waste.domain.containers import Container, Device, Site, SubAccount

Kept = SubAccount | Site | Container | Device


@dataclass(frozen=True, slots=True)
class _Shape:
    """Where things of a kind are kept: the table, and what is beside the document to be looked for."""

    table: sa.Table
    document: TypeAdapter[Any]
    columns: Callable[[Any], dict[str, str]]


_SHAPES: Mapping[type[object], _Shape] = {
    SubAccount: _Shape(sub_accounts, TypeAdapter(SubAccount), lambda _: {}),
    Site: _Shape(sites, TypeAdapter(Site), lambda _: {}),
    Container: _Shape(
        containers,
        TypeAdapter(Container),
        lambda each: {"site_id": each.site_id, "depot_id": each.depot_id, "fraction": each.fraction.value},
    ),
    Device: _Shape(devices, TypeAdapter(Device), lambda each: {"container_id": each.container_id}),
}


class RegisteredRows(SqlAnswers):
    """See ``application.ports_containers.ContainerWriter``."""

    def find(self, kind: type[KeptT], thing_id: str, scope: Scope) -> KeptT | None:
        return self._all(kind, [thing_id], scope).get(thing_id)

    def listed(self, kind: type[KeptT], chosen: Chosen, after: str, count: int) -> list[KeptT]:
        shape = _SHAPES[kind]
        table = shape.table
        query = sa.select(table.c.document).where(table.c.id > after, *chosen_rows(table, chosen))
        found = self._connection.execute(query.order_by(table.c.id).limit(count)).scalars()
        return [shape.document.validate_json(document) for document in found]

    def devices(self, device_ids: Collection[str]) -> Mapping[str, Device]:
        return self._all(Device, device_ids, EVERYTHING)

    def containers(self, container_ids: Collection[str]) -> Mapping[str, Container]:
        return self._all(Container, container_ids, EVERYTHING)

    def exists(self, kind: type[KeptT], thing_id: str) -> bool:
        table = _SHAPES[kind].table
        found = self._connection.execute(sa.select(table.c.id).where(table.c.id == thing_id))
        return found.first() is not None

    def keep(self, thing: Kept) -> None:
        shape = _SHAPES[type(thing)]
        self.put(
            shape.table,
            {"id": thing.id},
            sub_account_id=thing.sub_account_id,
            document=shape.document.dump_json(thing),
            **shape.columns(thing),
        )

    def remove(self, thing: Kept) -> None:
        table = _SHAPES[type(thing)].table
        self._connection.execute(sa.delete(table).where(table.c.id == thing.id))

    def _all(self, kind: type[KeptT], thing_ids: Collection[str], scope: Scope) -> dict[str, KeptT]:
        shape = _SHAPES[kind]
        table = shape.table
        query = sa.select(table.c.id, table.c.document).where(
            table.c.id.in_(thing_ids), *chosen_rows(table, Chosen(scope))
        )
        rows = self._connection.execute(query)
        return {row.id: shape.document.validate_json(row.document) for row in rows}


def chosen_rows(table: sa.Table, chosen: Chosen) -> list[sa.ColumnElement[bool]]:
    """The conditions of a list, as far as the table knows what they are about."""
    found: list[sa.ColumnElement[bool]] = []
    if chosen.scope.sub_account_ids is not None:
        found.append(table.c.sub_account_id.in_(chosen.scope.sub_account_ids))
    names = ("site_id", "depot_id", "container_id")
    found += [table.c[name] == value for name in names if (value := getattr(chosen, name))]
    if chosen.fraction is not None:
        found.append(table.c.fraction == chosen.fraction.value)
    if chosen.ampels:
        found.append(table.c.ampel.in_([ampel.value for ampel in chosen.ampels]))
    return found
