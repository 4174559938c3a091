"""Bank runs as the files that banks take: pain.008 for debits, pain.001 for transfers."""

import xml.etree.ElementTree as ET
from datetime import UTC

from sepaxml import SepaDD, SepaTransfer
from sepaxml.validation import ValidationError, try_valid_xml

from ticketing.domain.direct_debit import NAME_LENGTH, BankParty, BankRun, Creditor, bank_text
from ticketing.domain.errors import WrongFieldError

DEBITS = "pain.008.001.08"
TRANSFERS = "pain.001.001.09"
CURRENCY = "EUR"
PURPOSE_LENGTH = 140


def debits(creditor: Creditor, run: BankRun) -> bytes:
    """The direct debits of a run; the same run gives the same bytes.

    Raises
    ------
    WrongFieldError
        If the run has no debits, or the file does not keep its schema.
    """
    if not run.debits:
        raise WrongFieldError(f"run {run.id}: no debits")
    config = {
        **_account(creditor.party),
        "batch": True,
        "creditor_id": creditor.creditor_id,
        "currency": CURRENCY,
    }
    file = SepaDD(config, schema=DEBITS, clean=False)
    for debit in run.debits:
        payer = debit.mandate.payer
        file.add_payment(
            {
                **_account(payer),
                "amount": debit.cents,
                "type": debit.sequence.value,
                "collection_date": debit.due,
                "mandate_id": debit.mandate.reference,
                "mandate_date": debit.mandate.signed_on,
                "description": bank_text(debit.purpose, PURPOSE_LENGTH),
                "endtoend_id": debit.id,
            }
        )
    return _stamped(file.export(validate=False), run, DEBITS)


def transfers(creditor: Creditor, run: BankRun) -> bytes:
    """The credit transfers of a run; the same run gives the same bytes.

    Raises
    ------
    WrongFieldError
        If the run has no transfers, or the file does not keep its schema.
    """
    if not run.transfers:
        raise WrongFieldError(f"run {run.id}: no transfers")
    config = {**_account(creditor.party), "batch": True, "currency": CURRENCY}
    file = SepaTransfer(config, schema=TRANSFERS, clean=False)
    for transfer in run.transfers:
        file.add_payment(
            {
                **_account(transfer.payee),
                "amount": transfer.cents,
                "execution_date": transfer.due,
                "description": bank_text(transfer.purpose, PURPOSE_LENGTH),
                "endtoend_id": transfer.id,
            }
        )
    return _stamped(file.export(validate=False), run, TRANSFERS)


def _account(party: BankParty) -> dict[str, object]:
    account: dict[str, object] = {"name": bank_text(party.name, NAME_LENGTH), "IBAN": party.iban}
    return {**account, "BIC": party.bic} if party.bic else account


def _stamped(drawn: bytes, run: BankRun, schema: str) -> bytes:
    """The library's file with the run's own ids and time instead of random ones, checked once more."""
    space = f"{{urn:iso:std:iso:20022:tech:xsd:{schema}}}"
    document = ET.fromstring(drawn)  # noqa: S314 - written by ourselves a line ago
    header = document.find(f".//{space}GrpHdr")
    if header is None:
        raise WrongFieldError(f"run {run.id}: no header in the file")
    _set(header, f"{space}MsgId", f"{run.id}-{schema[5:8]}")
    _set(header, f"{space}CreDtTm", run.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for number, batch in enumerate(document.iter(f"{space}PmtInf"), 1):
        _set(batch, f"{space}PmtInfId", f"{run.id}-{number}")
    ET.register_namespace("", space[1:-1])
    text: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    try:
        try_valid_xml(text, schema)
    except ValidationError as error:
        raise WrongFieldError(f"run {run.id}: {error.__cause__ or error}") from error
    return text


def _set(parent: ET.Element, tag: str, text: str) -> None:
    element = parent.find(tag)
    if element is None:
        raise WrongFieldError(f"file without {tag}")
    element.text = text
