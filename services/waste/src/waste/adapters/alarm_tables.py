"""The store of alarms: rules, alarms, what is on its way to whom, events for those who ask, sensors' health.

A database of its own: it is the only one that knows addresses of people.
"""

import sqlalchemy as sa
from service_kit.answers import answers_table
from service_kit.audit_trail import audit_tables
from service_kit.database import UtcDateTime
from service_kit.outbox import outbox_table

metadata = sa.MetaData()
answers_table(metadata)
audit_tables(metadata)
outbox_table(metadata)

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

alarm_rules = sa.Table(
    "alarm_rules",
    metadata,
    sa.Column("sub_account_id", sa.String, primary_key=True),
    sa.Column("cause", sa.String, primary_key=True),
    sa.Column("rule", sa.JSON, nullable=False),
    sa.Column("contacts", sa.JSON, nullable=False),
)

alarms = sa.Table(
    "alarms",
    metadata,
    sa.Column("alarm_id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False),
    sa.Column("container_id", sa.String, nullable=False),
    sa.Column("depot_id", sa.String, nullable=False),
    sa.Column("cause", sa.String, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("raised_at", UtcDateTime, nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
    sa.Column("figures", sa.JSON, nullable=False),
    sa.Column("told", sa.JSON, nullable=False),
    sa.Column("unreached", sa.JSON, nullable=False),
    sa.Column("escalate_at", UtcDateTime),
    sa.Column("gone_since", UtcDateTime),
    sa.Column("acknowledged_at", UtcDateTime),
    sa.Column("acknowledged_by", sa.String, nullable=False),
    sa.Column("note", sa.String, nullable=False),
    sa.Column("resolved_at", UtcDateTime),
    # When time moves it on; None while only people or measurements do.
    sa.Column("due_at", UtcDateTime, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("alarms_by_time", "raised_at", "alarm_id"),
)
# One alarm per container and cause, whoever raises it.
sa.Index(
    "one_live_alarm",
    alarms.c.container_id,
    alarms.c.cause,
    unique=True,
    sqlite_where=alarms.c.resolved_at.is_(None),
    postgresql_where=alarms.c.resolved_at.is_(None),
)

alarm_messages = sa.Table(
    "alarm_messages",
    metadata,
    sa.Column("message_id", sa.String, primary_key=True),
    sa.Column("alarm_id", sa.String, nullable=False),
    sa.Column("contact", sa.JSON, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("event", sa.JSON, nullable=False),
    sa.Column("sending", sa.String, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # None when it is sent or given up.
    sa.Column("due_at", UtcDateTime, index=True),
    sa.Column("attempt_count", sa.Integer, nullable=False),
    sa.Column("error", sa.String, nullable=False),
    sa.Column("ended_at", UtcDateTime),
)

waste_events = sa.Table(
    "waste_events",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False, index=True),
    sa.Column("event", sa.JSON, nullable=False),
    sa.Index("waste_events_of", "sub_account_id", "number"),
    # Without it SQLite hands the numbers of deleted rows out again.
    sqlite_autoincrement=True,
)

ampels_seen = sa.Table(
    "ampels_seen",
    metadata,
    sa.Column("container_id", sa.String, primary_key=True),
    sa.Column("ampel", sa.String, nullable=False),
)

device_healths = sa.Table(
    "device_healths",
    metadata,
    sa.Column("device_id", sa.String, primary_key=True),
    sa.Column("sub_account_id", sa.String, nullable=False, index=True),
    sa.Column("container_id", sa.String, nullable=False),
    sa.Column("looked_at", UtcDateTime, nullable=False),
    sa.Column("heard_at", UtcDateTime),
    sa.Column("silent", sa.Boolean),
    sa.Column("stuck", sa.Boolean),
    sa.Column("battery_low", sa.Boolean),
    sa.Column("battery_share", sa.Float),
    sa.Column("fault", sa.String, nullable=False),
)
