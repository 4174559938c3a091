"""Use case: messages on their way are sent, again and again where nobody takes them, each taken once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from service_kit.clock import Clock
from service_kit.once import write

from waste.application.ports_alarms import (
    AlarmStore,
    AlarmWriter,
    KeptAlarm,
    Message,
    Notifier,
    NotTaken,
    Refused,
)
from waste.domain.alarm_contacts import Channel
from waste.domain.alarms import due_at, unreachable

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=30)
GIVEN_UP_AFTER = timedelta(days=3)
UNREACHED_AFTER = 4
"""After so many tries – a bit more than a minute – somebody else's turn comes, while the tries go on."""
HELD = timedelta(minutes=2)
"""How long whoever took a message has to send it; longer than any way of sending waits."""

_log = structlog.get_logger(__name__)


class Notifying:
    """Sends what is due.

    A message is taken by one process for some minutes, sent, and noted as sent. Where the process dies
    between the last two it is sent again under the same id, by which the other side can tell.
    """

    def __init__(self, store: AlarmStore, notifiers: Mapping[Channel, Notifier], clock: Clock) -> None:
        self._store = store
        self._notifiers = notifiers
        self._clock = clock

    def send_due(self, count: int = 20) -> int:
        """Try to send what is due, and return how many messages that were."""
        now = self._clock.now()
        messages = write(self._store, lambda writer: writer.take_due(now, now + HELD, count))
        for message in messages:
            self._send(message)
        return len(messages)

    def _send(self, message: Message) -> None:
        notifier = self._notifiers.get(message.contact.channel)
        told = {"message_id": message.id, "channel": message.contact.channel.value}
        try:
            if notifier is None:
                raise NotTaken(f"nothing is set up to send by {message.contact.channel.value}")  # noqa: TRY301
            notifier.send(message, self._clock.now())
        except NotTaken as error:
            self._put_off(message, str(error))
        except Refused as error:
            _log.error("alarm_message_refused", error=str(error), **told)
            write(self._store, partial(self._failed, message, str(error)))
        else:
            write(self._store, lambda writer: writer.sent(message.id, self._clock.now()))
            _log.info("alarm_message_sent", **told)

    def _put_off(self, message: Message, error: str) -> None:
        now, attempts = self._clock.now(), message.attempt_count + 1
        told = {"message_id": message.id, "channel": message.contact.channel.value, "error": error}
        if now - message.created_at >= GIVEN_UP_AFTER:
            _log.error("alarm_message_given_up", **told)
            write(self._store, partial(self._failed, message, error))
            return
        wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
        _log.warning("alarm_message_waits", attempt_count=attempts, wait_s=wait.total_seconds(), **told)

        def work(writer: AlarmWriter) -> None:
            writer.put_off(message.id, now + wait, attempts, error)
            if attempts == UNREACHED_AFTER:
                self._hasten(writer, message, now)

        write(self._store, work)

    def _failed(self, message: Message, error: str, writer: AlarmWriter) -> None:
        now = self._clock.now()
        writer.given_up(message.id, now, error)
        self._hasten(writer, message, now)

    def _hasten(self, writer: AlarmWriter, message: Message, now: datetime) -> None:
        """Whom nobody can reach cannot answer: the next one's turn is now."""
        kept = writer.alarm(message.alarm_id)
        if kept is None or not kept.alarm.is_live or message.contact.id in kept.unreached:
            return
        alarm = unreachable(kept.alarm, message.contact.id, now)
        changed: KeptAlarm = replace(kept, alarm=alarm, unreached=kept.unreached | {message.contact.id})
        ruled = writer.rules(alarm.sub_account).get(alarm.cause)
        writer.put_alarm(changed, due_at(alarm, ruled.rule) if ruled else now)
