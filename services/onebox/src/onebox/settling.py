"""``landlinie settle``: a period's bills, statements and bank files, in one go that can be begun again."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import grpc
import typer
from landlinie.ticketing.v1 import collection_pb2, settlement_pb2, statement_pb2
from rich.console import Console

from onebox.client import DEADLINE_S, DEFAULT_ADDRESS, Services, connected, new_request_id
from onebox.credentials import credential
from onebox.options import Address, AsJson, Token
from onebox.settings import DEFAULT_DATA_DIR, DataDir

console = Console(highlight=False, soft_wrap=True, stderr=True)
LOOK_EVERY_S = 0.2
FILE_S = 600.0
STATEMENTS_S = 3600.0
TRIES = 5
LANGUAGES = {"de": statement_pb2.LANGUAGE_GERMAN, "en": statement_pb2.LANGUAGE_ENGLISH}

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SettledPeriod:
    """What became of a period.

    ``files`` are those for the bank, relative to the folder.
    """

    period_id: str
    account_count: int
    incomplete_count: int
    unproven_count: int
    posted_cents: int
    statement_count: int
    debit_count: int
    debits_cents: int
    transfer_count: int
    transfers_cents: int
    due_date: str
    files: tuple[str, ...]


def settle(
    period: Annotated[str, typer.Option("--period", help="2026-W47 or 2026-11, as the tariff bills")],
    out: Annotated[
        Path, typer.Option("--out", file_okay=False, help="folder for statements and bank files")
    ] = Path("settled"),
    language: Annotated[str, typer.Option("--language", help="of the statements: de or en")] = "de",
    collect: Annotated[
        bool, typer.Option("--collect/--no-collect", help="whether to debit what is open")
    ] = True,
    address: Address = DEFAULT_ADDRESS,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """Settle a period that is over, write its statements, and the file of debits for the bank.

    Stopped anywhere, the same command goes on: nobody is billed or debited twice.
    """
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language!r} is neither de nor en", param_hint="--language")
    with connected(address, credential(token, data_dir)) as services:
        settled = settle_period(services, period, out, language, collect=collect, say=console.print)
    if as_json:
        typer.echo(json.dumps(asdict(settled)))
        return
    typer.echo(
        f"{settled.period_id}: {settled.account_count} accounts, {_euros(settled.posted_cents)} posted"
    )
    if settled.incomplete_count:
        typer.echo(f"  {settled.incomplete_count} with journeys that no product covers")
    if settled.unproven_count:
        typer.echo(f"  {settled.unproven_count} whose price is not proven to be the lowest")
    typer.echo(f"  {settled.statement_count} statements in {out / period / 'statements'}")
    if collect:
        typer.echo(
            f"  {settled.debit_count} debits, {_euros(settled.debits_cents)}, due {settled.due_date};"
            f" {settled.transfer_count} transfers, {_euros(settled.transfers_cents)}"
        )
    for name in settled.files:
        typer.echo(f"  {out / name}")


def settle_period(
    services: Services, period: str, out: Path, language: str, *, collect: bool, say: Say
) -> SettledPeriod:
    """Settle, collect, and write everything to a folder; raises grpc.RpcError."""
    operation = _settled(services, period, say)
    collection = _collected(services, period, say) if collect else collection_pb2.Collection()
    folder = out / period
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind, count in (("debits", collection.debit_count), ("transfers", collection.transfer_count)):
        if count:
            name = f"{period}/{collection.run_id}-{kind}.xml"
            _write(out / name, _bank_file(services, collection.run_id, kind))
            files.append(name)
    return SettledPeriod(
        period_id=period,
        account_count=operation.account_count,
        incomplete_count=operation.incomplete_count,
        unproven_count=operation.unproven_count,
        posted_cents=operation.posted_cents,
        statement_count=_statements(services, period, folder / "statements", language, say),
        debit_count=collection.debit_count,
        debits_cents=collection.debits_cents,
        transfer_count=collection.transfer_count,
        transfers_cents=collection.transfers_cents,
        due_date=collection.due_date,
        files=tuple(files),
    )


def _settled(services: Services, period: str, say: Say) -> settlement_pb2.Operation:
    """Have everybody settled and wait for it."""
    request = settlement_pb2.SettlePeriodRequest(request_id=new_request_id(), period_id=period)
    operation = services.ticketing.SettlePeriod(request, timeout=DEADLINE_S).operation
    told = -1
    while operation.state == settlement_pb2.OPERATION_STATE_RUNNING:
        time.sleep(LOOK_EVERY_S)
        asked = settlement_pb2.GetOperationRequest(operation_id=operation.operation_id)
        operation = services.ticketing.GetOperation(asked, timeout=DEADLINE_S).operation
        if operation.settled_count != told:
            told = operation.settled_count
            say(f"settled {told} of {operation.account_count} accounts")
    return operation


def _collected(services: Services, period: str, say: Say) -> collection_pb2.Collection:
    """Collect until every account was dealt with."""
    while True:
        request = collection_pb2.CollectPeriodRequest(request_id=new_request_id(), period_id=period)
        collection = services.ticketing.CollectPeriod(request, timeout=FILE_S).collection
        say(f"ordered {collection.debit_count} debits")
        if collection.complete:
            return collection


def _bank_file(services: Services, run_id: str, kind: str) -> bytes:
    value = collection_pb2.BankFileKind.Value(f"BANK_FILE_KIND_{kind.upper()}")
    request = collection_pb2.DownloadBankFileRequest(run_id=run_id, kind=value)
    return b"".join(part.content for part in services.ticketing.DownloadBankFile(request, timeout=FILE_S))


def _statements(services: Services, period: str, folder: Path, language: str, say: Say) -> int:
    """Write everybody's statement; where the line drops, it goes on after the last one."""
    folder.mkdir(parents=True, exist_ok=True)
    count, after, tries = 0, "", TRIES
    while True:
        request = collection_pb2.DownloadStatementsRequest(
            period_id=period, language=LANGUAGES[language], after_account_id=after
        )
        try:
            for statement in services.ticketing.DownloadStatements(request, timeout=STATEMENTS_S):
                own = folder / statement.account_id
                own.mkdir(exist_ok=True)
                _write(own / statement.file_name, statement.content)
                _write((own / statement.file_name).with_suffix(".json"), statement.explanation_json.encode())
                count, after, tries = count + 1, statement.account_id, TRIES
        except grpc.RpcError as error:
            if error.code() is not grpc.StatusCode.UNAVAILABLE or not tries:
                raise
            tries -= 1
            time.sleep(1.0)
            continue
        say(f"wrote {count} statements")
        return count


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _euros(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}€{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
