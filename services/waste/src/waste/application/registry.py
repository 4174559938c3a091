"""Use cases: sub-accounts, sites, containers and devices are registered, changed and removed."""

from dataclasses import replace
from datetime import datetime

from service_kit.errors import AlreadyExists, FailedPrecondition, InvalidInput
from service_kit.once import Call

from waste.application.desk import NAMES, Desk, found
from waste.application.ports_containers import Chosen, ContainerWriter, KeptT
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.ampel import Ampel, AmpelReason
from waste.domain.container_state import (
    ContainerRegistered,
    ContainerRemoved,
    ContainerState,
    ContainerUpdated,
)
from waste.domain.containers import Container, Device, Site, SubAccount, Watched


class Registry:
    """What there is. Callers work within their sub-accounts; others' things do not exist for them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def add_sub_account(self, call: Call[SubAccount], sub_account: SubAccount) -> bytes:
        """Register one; raises AlreadyExists."""

        def work(writer: ContainerWriter) -> SubAccount:
            self._new(writer, SubAccount, sub_account.id, "sub_account.sub_account_id")
            writer.keep(sub_account)
            return sub_account

        return self._desk.once(call, work)

    def add_site(self, call: Call[Site], site: Site) -> bytes:
        """Register one; raises NotFound for its sub-account, AlreadyExists."""

        def work(writer: ContainerWriter) -> Site:
            scope = scope_of(call.caller)
            found(writer, SubAccount, site.sub_account_id, scope, "site.sub_account_id")
            self._new(writer, Site, site.id, "site.site_id")
            writer.keep(site)
            return site

        return self._desk.once(call, work)

    def change_site(self, call: Call[Site], site: Site) -> bytes:
        """Replace it; raises NotFound, InvalidInput for another sub-account."""

        def work(writer: ContainerWriter) -> Site:
            known = found(writer, Site, site.id, scope_of(call.caller), "site.site_id")
            _same_sub_account(site, known, "site")
            changed = replace(site, sub_account_id=known.sub_account_id)
            writer.keep(changed)
            return changed

        return self._desk.once(call, work)

    def remove_site(self, call: Call[None], site_id: str) -> bytes:
        """Remove it; raises NotFound, FailedPrecondition while containers stand there."""

        def work(writer: ContainerWriter) -> None:
            site = found(writer, Site, site_id, scope_of(call.caller))
            if writer.listed(Container, Chosen(EVERYTHING, site_id=site_id), "", 1):
                raise FailedPrecondition.in_field(
                    "site_id", f"containers stand at {site_id!r}", "SITE_IN_USE"
                )
            writer.remove(site)

        return self._desk.once(call, work)

    def add_container(self, call: Call[Container], container: Container) -> bytes:
        """Register one at a site of the caller's; raises NotFound, AlreadyExists, InvalidInput."""

        def work(writer: ContainerWriter) -> Container:
            placed = self._placed(writer, container, scope_of(call.caller))
            self._new(writer, Container, container.id, "container.container_id")
            # Its lifts stay, and are nobody else's: an id that had a past with another is not free.
            if writer.lifted_for_another(placed.id, placed.sub_account_id):
                raise _taken(Container, placed.id, "container.container_id")
            writer.keep(placed)
            now = self._desk.clock.now()
            writer.put_state(
                ContainerState(
                    placed.id,
                    placed.sub_account_id,
                    placed.site_id,
                    placed.depot_id,
                    placed.fraction,
                    Ampel.UNKNOWN,
                    now,
                    AmpelReason.NO_DEVICE,
                    latest=None,
                    volume_l=0,
                    overflow_probability=None,
                    expected_full_at=None,
                    latest_lift_at=None,
                    updated_at=now,
                    version=1,
                ),
                now,
                0,
            )
            writer.tell([ContainerRegistered(now, placed)])
            return placed

        return self._desk.once(call, work, container.id)

    def change_container(self, call: Call[Container], container: Container) -> bytes:
        """Replace it; raises NotFound, InvalidInput."""

        def work(writer: ContainerWriter) -> Container:
            scope = scope_of(call.caller)
            known = found(writer, Container, container.id, scope, "container.container_id")
            placed = self._placed(writer, container, scope)
            _same_sub_account(placed, known, "container")
            writer.keep(placed)
            now = self._desk.clock.now()
            writer.judge_by([placed.id], now)
            writer.tell([ContainerUpdated(now, placed)])
            return placed

        return self._desk.once(call, work, container.id)

    def remove_container(self, call: Call[None], container_id: str) -> bytes:
        """Remove it with its levels, and detach its devices; readings and lifts stay. Raises NotFound."""

        def work(writer: ContainerWriter) -> None:
            container = found(writer, Container, container_id, scope_of(call.caller))
            watching = Chosen(EVERYTHING, container_id=container_id)
            after = ""
            while devices := writer.listed(Device, watching, after, 100):
                after = devices[-1].id
                for device in devices:
                    writer.keep(replace(device, watched=None, watched_id="", since=self._desk.clock.now()))
            writer.forget_levels(container_id)
            writer.remove_state(container_id)
            writer.remove(container)
            writer.tell([ContainerRemoved(self._desk.clock.now(), container)])

        return self._desk.once(call, work, container_id)

    def add_device(self, call: Call[Device], device: Device) -> bytes:
        """Register one; raises NotFound, AlreadyExists, InvalidInput for what it watches."""

        def work(writer: ContainerWriter) -> Device:
            scope = scope_of(call.caller)
            found(writer, SubAccount, device.sub_account_id, scope, "device.sub_account_id")
            self._new(writer, Device, device.id, "device.device_id")
            self._watch(writer, device)
            # What it measured for another is not this one's, even where it comes in only now.
            another_s = writer.measured_for_another(device.id, device.sub_account_id)
            kept = replace(device, since=device.registered_at) if another_s else device
            writer.keep(kept)
            return kept

        return self._desk.once(call, work, device.container_id)

    def change_device(self, call: Call[Device], device: Device) -> bytes:
        """Replace it; raises NotFound, InvalidInput."""

        def work(writer: ContainerWriter) -> Device:
            known = found(writer, Device, device.id, scope_of(call.caller), "device.device_id")
            _same_sub_account(device, known, "device")
            changed = replace(
                device,
                sub_account_id=known.sub_account_id,
                registered_at=known.registered_at,
                since=self._since(known, device),
            )
            self._watch(writer, changed)
            if known.container_id:
                writer.judge_by([known.container_id], self._desk.clock.now())
            writer.keep(changed)
            return changed

        return self._desk.once(call, work, device.container_id)

    def remove_device(self, call: Call[None], device_id: str) -> bytes:
        """Remove it; what it measured is kept. Raises NotFound."""

        def work(writer: ContainerWriter) -> None:
            device = found(writer, Device, device_id, scope_of(call.caller))
            writer.remove(device)
            if device.container_id:
                writer.judge_by([device.container_id], self._desk.clock.now())

        return self._desk.once(call, work)

    def listed(self, kind: type[KeptT], chosen: Chosen, after: str, count: int) -> list[KeptT]:
        """At most ``count`` things with ids after one, by id."""
        with self._desk.store.reading() as reader:
            return reader.listed(kind, chosen, after, count)

    def find(self, kind: type[KeptT], thing_id: str, scope: Scope) -> KeptT:
        """The thing; raises NotFound."""
        with self._desk.store.reading() as reader:
            return found(reader, kind, thing_id, scope)

    def _new(self, writer: ContainerWriter, kind: type[KeptT], thing_id: str, field: str) -> None:
        if writer.exists(kind, thing_id):
            raise _taken(kind, thing_id, field)

    def _placed(self, writer: ContainerWriter, container: Container, scope: Scope) -> Container:
        """The container as its site's; raises NotFound, InvalidInput."""
        site = found(writer, Site, container.site_id, scope, "container.site_id")
        if container.depot_id not in self._desk.depot_ids:
            known = ", ".join(sorted(self._desk.depot_ids)) or "none"
            raise InvalidInput.in_field(
                "container.depot_id",
                f"{container.depot_id!r} is no depot of the district: {known}",
                "DEPOT_UNKNOWN",
            )
        return replace(container, sub_account_id=site.sub_account_id)

    def _since(self, known: Device, asked: Device) -> datetime | None:
        """From when on a device is where it is; one that watched nothing so far may have measured already."""
        moved = (known.watched, known.watched_id) != (asked.watched, asked.watched_id)
        new = known.watched is None and known.since is None
        return self._desk.clock.now() if moved and not new else known.since

    def _watch(self, writer: ContainerWriter, device: Device) -> None:
        """See to it that a container is of the device's sub-account; raises NotFound."""
        if device.watched is not Watched.CONTAINER:
            return
        own = Scope(frozenset({device.sub_account_id}))
        found(writer, Container, device.watched_id, own, "device.container_id")
        writer.judge_by([device.watched_id], self._desk.clock.now())


def _taken(kind: type[object], thing_id: str, field: str) -> AlreadyExists:
    name = NAMES[kind].replace("_", "-")
    return AlreadyExists.in_field(
        field, f"there is a {name} {thing_id!r} already", f"{NAMES[kind].upper()}_EXISTS"
    )


def _same_sub_account(told: Site | Container | Device, known: Site | Container | Device, name: str) -> None:
    """Raise InvalidInput where a thing would change hands; nothing told is fine."""
    if told.sub_account_id not in {"", known.sub_account_id}:
        raise InvalidInput.in_field(
            f"{name}.sub_account_id",
            f"{told.sub_account_id!r} is not the {name}'s: it stays where it was registered",
            "SUB_ACCOUNT_FIXED",
        )
