"""``landlinie.ticketing.v1.TicketingService``."""

from landlinie.ticketing.v1 import ticketing_service_pb2_grpc

from ticketing.entrypoints.account_calls import AccountCalls
from ticketing.entrypoints.collection_calls import CollectionCalls
from ticketing.entrypoints.journey_calls import JourneyCalls
from ticketing.entrypoints.settlement_calls import SettlementCalls
from ticketing.entrypoints.statement_calls import StatementCalls
from ticketing.entrypoints.tariff_calls import TariffCalls


class TicketingServicer(
    AccountCalls,
    JourneyCalls,
    StatementCalls,
    SettlementCalls,
    CollectionCalls,
    TariffCalls,
    ticketing_service_pb2_grpc.TicketingServiceServicer,
):
    """The service's methods."""
