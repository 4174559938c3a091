"""Calls about the tariff."""

# ruff: noqa: N802 - methods are named as on the wire

from landlinie.ticketing.v1 import tariff_pb2
from service_kit.errors import NotFound
from service_kit.faults import Faults
from service_kit.grpc_calls import Context

from ticketing.domain.errors import NoPriceError
from ticketing.entrypoints import answers
from ticketing.entrypoints.base import Calls


class TariffCalls(Calls):
    """The tariff in its versions."""

    async def GetTariff(
        self, request: tariff_pb2.GetTariffRequest, context: Context
    ) -> tariff_pb2.GetTariffResponse:
        faults = Faults()
        day = faults.service_date(request.service_date, "service_date")
        faults.settle()
        prices = self._use.desk.prices
        try:
            found = prices.version(day or prices.service_day(self._use.desk.clock.now()))
        except NoPriceError as error:
            raise NotFound.in_field("service_date", str(error), "NO_TARIFF") from None
        return tariff_pb2.GetTariffResponse(tariff=answers.tariff(found))

    async def ListTariffs(
        self, request: tariff_pb2.ListTariffsRequest, context: Context
    ) -> tariff_pb2.ListTariffsResponse:
        faults = Faults()
        after, size = self._after(request, faults), faults.page_size(request.page_size)
        faults.settle()
        versions = list(enumerate(self._use.desk.prices.book.versions, start=1))[after:]
        return tariff_pb2.ListTariffsResponse(
            tariffs=[answers.tariff(version) for _, version in versions[:size]],
            next_page_token=self._next(request, versions, size),
        )
