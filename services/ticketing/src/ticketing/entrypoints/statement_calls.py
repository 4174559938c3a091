"""Calls about prices and statements."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from landlinie.ticketing.v1 import collection_pb2, statement_pb2
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.identity.principal import caller

from ticketing.application.statements import Listed, Shown
from ticketing.domain.errors import WrongFieldError
from ticketing.domain.journal import Entry, EntryKind
from ticketing.domain.statement_words import Language
from ticketing.entrypoints.base import Calls
from ticketing.entrypoints.statement_json import statement_json
from ticketing.messages import stamp

AHEAD = timedelta(days=92)
"""So far ahead a ride may be planned that is asked for."""
LANGUAGES = {
    statement_pb2.LANGUAGE_UNSPECIFIED: Language.GERMAN,
    statement_pb2.LANGUAGE_GERMAN: Language.GERMAN,
    statement_pb2.LANGUAGE_ENGLISH: Language.ENGLISH,
}
FILE_WORDS = {Language.GERMAN: "Abrechnung", Language.ENGLISH: "Statement"}
KINDS = {kind: statement_pb2.EntryKind.Value(f"ENTRY_KIND_{kind.name}") for kind in EntryKind}


class StatementCalls(Calls):
    """What it will cost, what it cost, and why."""

    async def Quote(
        self, request: statement_pb2.QuoteRequest, context: Context
    ) -> statement_pb2.QuoteResponse:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id", needed=False)
        reader = self._reader(faults)
        if not request.legs:
            faults.add("legs", "is missing", "FIELD_MISSING")
        legs = reader.legs(request.legs, "legs", ahead=AHEAD)
        riders = reader.riders(request.riders, "riders")
        faults.settle()
        found = await self._pool.look_up(self._use.quotes, account_id, legs, riders, caller())
        return statement_pb2.QuoteResponse(
            price_cents=found.cents,
            single_price_cents=found.alone_cents,
            currency=found.currency,
            period_id=found.period_id,
            tariff_version_id=found.tariff,
            optimal=found.proven,
            product_ids=found.products,
        )

    async def GetStatement(
        self, request: statement_pb2.GetStatementRequest, context: Context
    ) -> statement_pb2.GetStatementResponse:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id")
        period_id = self._period(request.period_id, faults, needed=False)
        faults.settle()
        shown = await self._pool.look_up(self._use.statements.shown, account_id, period_id, caller())
        message = _listed(account_id, shown)
        message.entries.extend(_entry(entry) for entry in shown.entries)
        message.explanation_json = statement_json(shown.statement)
        return statement_pb2.GetStatementResponse(statement=message)

    async def ListStatements(
        self, request: statement_pb2.ListStatementsRequest, context: Context
    ) -> statement_pb2.ListStatementsResponse:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id")
        before = self._pages.position(request, faults)
        size = faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(
            self._use.statements.listed, account_id, before or "", size + 1, caller()
        )
        last = found[size - 1].period.id if len(found) > size else ""
        return statement_pb2.ListStatementsResponse(
            statements=[_listed(account_id, each) for each in found[:size]],
            next_page_token=self._pages.token(request, last),
        )

    async def DownloadStatement(
        self, request: statement_pb2.DownloadStatementRequest, context: Context
    ) -> statement_pb2.DownloadStatementResponse:
        faults = Faults()
        account_id = faults.identifier(request.account_id, "account_id")
        period_id = self._period(request.period_id, faults)
        language = faults.choice(request.language, LANGUAGES, "language", Language.GERMAN)
        faults.settle()
        shown = await self._pool.look_up(self._use.statements.shown, account_id, period_id, caller())
        return statement_pb2.DownloadStatementResponse(
            file_name=file_name(shown.period.id, language),
            content=await self._pool.look_up(self._use.statements.printed, shown, language),
        )

    async def DownloadStatements(
        self, request: collection_pb2.DownloadStatementsRequest, context: Context
    ) -> AsyncIterator[collection_pb2.DownloadStatementsResponse]:
        faults = Faults()
        period_id = self._period(request.period_id, faults)
        language = faults.choice(request.language, LANGUAGES, "language", Language.GERMAN)
        after = faults.identifier(request.after_account_id, "after_account_id", needed=False)
        faults.settle()
        statements = await self._pool.look_up(self._use.statements.all_of, period_id, after)
        while True:
            shown = await self._pool.look_up(_next_of, statements)
            if shown is None:
                return
            yield collection_pb2.DownloadStatementsResponse(
                account_id=shown.statement.account,
                file_name=file_name(period_id, language),
                content=await self._pool.look_up(self._use.statements.printed, shown, language),
                explanation_json=statement_json(shown.statement),
            )

    def _period(self, period_id: str, faults: Faults, *, needed: bool = True) -> str:
        if period_id or needed:
            try:
                self._use.desk.prices.period_named(period_id)
            except WrongFieldError as error:
                faults.add("period_id", str(error), "PERIOD_INVALID" if period_id else "FIELD_MISSING")
        return period_id


def file_name(period_id: str, language: Language) -> str:
    """What a statement's file is called: ``Abrechnung-2026-W47.pdf``."""
    return f"{FILE_WORDS[language]}-{period_id}.pdf"


def _next_of(statements: Iterator[Shown]) -> Shown | None:
    return next(statements, None)


def _listed(account_id: str, found: Listed) -> statement_pb2.Statement:
    return statement_pb2.Statement(
        account_id=account_id,
        period=statement_pb2.Period(
            period_id=found.period.id,
            first_service_date=found.period.first.isoformat(),
            last_service_date=found.period.last.isoformat(),
        ),
        currency=found.currency,
        total_cents=found.total_cents,
        balance_cents=found.balance_cents,
        optimal=found.optimal,
        cut_off_time=stamp(found.cut_off),
    )


def _entry(entry: Entry) -> statement_pb2.Entry:
    posting = entry.posting
    message = statement_pb2.Entry(
        number=entry.number,
        post_time=stamp(entry.time),
        kind=KINDS[posting.kind],
        period_id=posting.period_id,
        amount_cents=posting.cents,
        payment_reference=posting.reference,
    )
    if posting.line is not None:
        message.product_id = posting.line.product
        message.valid_at = posting.line.at
        message.count = posting.line.count
        message.journey_references.extend(posting.line.rides)
        message.tariff_version_id = posting.line.tariff
    return message
