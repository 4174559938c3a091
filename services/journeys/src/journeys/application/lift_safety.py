"""Use cases of safety: something is wrong with a lift; dispatchers see it and can hide the lift."""

from dataclasses import dataclass, replace
from uuid import uuid4

from service_kit.errors import FailedPrecondition
from service_kit.once import Call

from journeys.application.lift_ports import LiftWriter
from journeys.application.lift_room import LiftRoom, found_lift
from journeys.domain.lifts import Audience, Lift, LiftReport, ReportReason
from journeys.domain.lifts_access import oversees, owns
from journeys.domain.lifts_facts import LiftHidden, LiftReported
from journeys.domain.lifts_seats import Seat


@dataclass(frozen=True, slots=True)
class ReportedLift:
    """A report, and the lift as it is now; None once that is deleted."""

    report: LiftReport
    lift: Lift | None


class LiftSafety:
    """The use cases; safe to use from several threads."""

    def __init__(self, room: LiftRoom) -> None:
        self._room = room

    def report(self, call: Call[None], lift_id: str, reason: ReportReason, note: str) -> bytes:
        """Tell the dispatcher what is wrong with a lift.

        Raises
        ------
        NotFound
            ``LIFT_NOT_FOUND``, also for lifts that are not for everybody, except to those who asked for a
            seat.
        FailedPrecondition
            ``OWN_LIFT``.
        """
        room = self._room

        def work(writer: LiftWriter) -> None:
            lift = found_lift(writer, lift_id, lambda each: self._may_know(writer, call, each))
            if owns(call.caller, lift.driver) and not oversees(call.caller):
                raise FailedPrecondition("OWN_LIFT", "drivers report no lift of their own")
            report = LiftReport(f"report-{uuid4().hex}", lift.id, room.now_s(), reason, note)
            writer.add_report(report)
            writer.publish([LiftReported(lift.id, report.at_s, report.id, reason)])

        return room.desk.once(call, work)

    def reports(self, after: int, count: int) -> list[ReportedLift]:
        """Reports with numbers after one, oldest first."""
        with self._room.store.reading() as reader:
            return [ReportedLift(each, reader.lift(each.lift_id)) for each in reader.reports(after, count)]

    def hide(self, call: Call[Lift], lift_id: str, *, hidden: bool) -> bytes:
        """Let nobody find a lift, or everybody again; raises NotFound."""
        room = self._room

        def work(writer: LiftWriter) -> Lift:
            lift = found_lift(writer, lift_id, lambda _: True)
            changed = replace(lift, hidden=hidden)
            writer.put_lift(changed)
            writer.publish([LiftHidden(lift.id, room.now_s(), hidden)])
            return changed

        return room.desk.once(call, work)

    def _may_know(self, writer: LiftWriter, call: Call[None], lift: Lift) -> bool:
        if oversees(call.caller) or owns(call.caller, lift.driver) or lift.audience is Audience.EVERYBODY:
            return True

        def asked(seat: Seat) -> bool:
            return seat.lift_id == lift.id and owns(call.caller, seat.passenger)

        return any(asked(seat) for seat in writer.seats_of_lift(lift.id))
