"""From messages to checked plain values, and back: schedules of exports."""

from zoneinfo import ZoneInfo

from landlinie.waste.v1 import export_pb2
from service_kit.faults import Faults

from waste.application.ports_exports import (
    ExportContent,
    ExportFormat,
    ExportSchedule,
    KeptSchedule,
    check_format,
)
from waste.domain.errors import WrongFieldError

USUAL_ZONE = "Europe/Berlin"
USUAL_KEEP_DAYS = 30
FORMATS = {export_pb2.ExportFormat.Value(f"EXPORT_FORMAT_{each.name}"): each for each in ExportFormat}
CONTENTS = {export_pb2.ExportContent.Value(f"EXPORT_CONTENT_{each.name}"): each for each in ExportContent}


def format_of(file_format: ExportFormat, content: ExportContent, field: str, faults: Faults) -> None:
    """Note where a content cannot be written so."""
    try:
        check_format(file_format, content)
    except WrongFieldError as error:
        faults.add(field, str(error), "FORMAT_UNSUITABLE")


def schedule_of(message: export_pb2.ExportSchedule, faults: Faults) -> ExportSchedule | None:
    """A schedule; None where something is wrong with it."""
    schedule_id = faults.identifier(message.schedule_id, "schedule.schedule_id")
    sub_account = faults.identifier(message.sub_account_id, "schedule.sub_account_id")
    file_format = faults.choice(message.format, FORMATS, "schedule.format", ExportFormat.CSV)
    content = faults.choice(message.content, CONTENTS, "schedule.content", ExportContent.CONTAINERS)
    try:
        zone = ZoneInfo(message.time_zone or USUAL_ZONE)
        return ExportSchedule(
            schedule_id,
            sub_account,
            file_format,
            content,
            message.cron,
            zone,
            message.keep_days or USUAL_KEEP_DAYS,
        )
    except WrongFieldError as error:
        faults.add(f"schedule.{error.field}", str(error), "VALUE_INVALID")
    except (KeyError, ValueError, OSError):
        faults.add("schedule.time_zone", f"{message.time_zone[:64]!r} is no time zone", "TIME_ZONE_INVALID")
    return None


def schedule_message(kept: KeptSchedule) -> export_pb2.ExportSchedule:
    """A schedule, and how it went."""
    schedule = kept.schedule
    message = export_pb2.ExportSchedule(
        schedule_id=schedule.id,
        sub_account_id=schedule.sub_account,
        format=export_pb2.ExportFormat.Value(f"EXPORT_FORMAT_{schedule.format.name}"),
        content=export_pb2.ExportContent.Value(f"EXPORT_CONTENT_{schedule.content.name}"),
        cron=schedule.cron,
        time_zone=schedule.zone.key,
        keep_days=schedule.keep_days,
        error=kept.error,
    )
    message.next_time.FromDatetime(kept.next_at)
    if kept.latest_at is not None:
        message.latest_time.FromDatetime(kept.latest_at)
    return message
