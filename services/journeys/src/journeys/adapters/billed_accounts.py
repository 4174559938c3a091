"""The ticketing service, asked under which name rides are booked on an account."""

from collections.abc import Callable

import grpc
from landlinie.ticketing.v1 import account_pb2, ticketing_service_pb2_grpc
from service_kit.errors import FailedPrecondition, NotFound
from service_kit.errors import Unavailable as NotNow
from service_kit.grpc_errors import from_rpc_error

from journeys.adapters.asking import time_to_ask_s
from journeys.application.ports import Unavailable
from journeys.application.question import Payer

UNAVAILABLE = "ACCOUNTS_UNAVAILABLE"
NO_ACCOUNT = "ACCOUNT_NOT_FOUND"
CLOSED = "ACCOUNT_CLOSED"
FIELD = "payer"
RETRY_S = 5.0


class BilledAccounts:
    """See :class:`.Accounts`.

    Parameters
    ----------
    stub
        How to call ticketing, with somebody's credential: what accounts there are for them, it decides. May
        raise Unavailable.
    """

    def __init__(self, stub: Callable[[str], ticketing_service_pb2_grpc.TicketingServiceStub]) -> None:
        self._stub = stub

    def booked_as(self, payer: Payer) -> str:
        """See :class:`.Accounts`."""
        account = self._account(payer)
        if account.state == account_pb2.ACCOUNT_STATE_CLOSED:
            raise FailedPrecondition.in_field(FIELD, f"account {payer.account_id!r} is closed", CLOSED)
        return account.payer

    def _account(self, payer: Payer) -> account_pb2.Account:
        request = account_pb2.GetAccountRequest(account_id=payer.account_id)
        try:
            stub = self._stub(payer.credential)
            return stub.GetAccount(request, timeout=time_to_ask_s(UNAVAILABLE)).account
        except Unavailable as away:
            raise _not_now(away.message) from away
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                told = f"there is no account {payer.account_id!r}"
                raise NotFound.in_field(FIELD, told, NO_ACCOUNT) from None
            raise _not_now(from_rpc_error(error).message) from error


def _not_now(why: str) -> NotNow:
    told = f"{FIELD}: accounts cannot be asked for now ({why}); without it the journey can be booked"
    return NotNow(UNAVAILABLE, told, retry_after_s=RETRY_S)
