"""Accounts, journeys that are billed, prices, statements and money."""

from landlinie.ticketing.v1 import ticketing_service_pb2

from gateway.routes.route import Answer, Routes

_SERVICE = ticketing_service_pb2.DESCRIPTOR.services_by_name["TicketingService"]
_accounts = Routes(_SERVICE, "Accounts")
_rides = Routes(_SERVICE, "Check-in")
_prices = Routes(_SERVICE, "Prices and statements")
_money = Routes(_SERVICE, "Settlement and money")

_LARGEST_TRACE_BYTES = 16 * 1024 * 1024

ROUTES = (
    _accounts.to("OpenAccount", "POST /v1/accounts", success=201),
    _accounts.to("ListAccounts", "GET /v1/accounts"),
    _accounts.to("GetAccount", "GET /v1/accounts/{account_id}"),
    _accounts.to("UpdateAccount", "PUT /v1/accounts/{account_id}"),
    _accounts.to("CloseAccount", "POST /v1/accounts/{account_id}/close"),
    _accounts.to("ExportPerson", "GET /v1/accounts/{account_id}/held", answer=Answer.RECORDS, longest_s=60.0),
    _accounts.to("ErasePerson", "DELETE /v1/accounts/{account_id}/held", longest_s=60.0),
    _rides.to("CheckIn", "POST /v1/accounts/{account_id}/journeys/{journey_id}/check-in"),
    _rides.to("CheckOut", "POST /v1/accounts/{account_id}/journeys/{journey_id}/check-out"),
    _rides.to(
        "UploadTrace",
        "POST /v1/accounts/{account_id}/journeys/{journey_id}/trace",
        most_bytes=_LARGEST_TRACE_BYTES,
        longest_s=60.0,
    ),
    _rides.to("ListJourneys", "GET /v1/accounts/{account_id}/journeys"),
    _rides.to(
        "AnswerJourneyQuestion",
        "POST /v1/accounts/{account_id}/journeys/{journey_id}/questions/{question_id}/answer",
    ),
    _prices.to("Quote", "POST /v1/quotes"),
    _prices.to("ListStatements", "GET /v1/accounts/{account_id}/statements"),
    _prices.to("GetStatement", "GET /v1/accounts/{account_id}/statement"),
    _prices.to(
        "DownloadStatement",
        "GET /v1/accounts/{account_id}/statement/file",
        answer=Answer.FILE,
        media_type="application/pdf",
        longest_s=30.0,
    ),
    _prices.to("GetTariff", "GET /v1/tariff", revalidated=True),
    _prices.to("ListTariffs", "GET /v1/tariffs", revalidated=True),
    _money.to("SettlePeriod", "POST /v1/periods/{period_id}/settle", success=202),
    _money.to("GetOperation", "GET /v1/settlements/{operation_id}"),
    _money.to("CancelOperation", "POST /v1/settlements/{operation_id}/cancel"),
    _money.to("CollectPeriod", "POST /v1/periods/{period_id}/collect", longest_s=60.0),
    _money.to(
        "DownloadBankFile",
        "GET /v1/collections/{run_id}/bank-file",
        answer=Answer.FILE,
        media_type="application/xml",
        longest_s=300.0,
    ),
    _money.to("ReportReturnedDebit", "POST /v1/debits/{order_id}/returned"),
    _money.to(
        "DownloadStatements",
        "GET /v1/periods/{period_id}/statements",
        answer=Answer.RECORDS,
        longest_s=600.0,
    ),
    Routes(_SERVICE, "Audit").to(
        "ListAuditEntries", "GET /v1/audit/ticketing", operation="listTicketingAuditEntries"
    ),
)
