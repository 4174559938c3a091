"""Names for what is made here."""

from secrets import token_urlsafe

NAME_BYTES = 12


def new_name(kind: str) -> str:
    """Return a name that nobody can guess, such as ``t-…`` for a tour: letters, digits, ``.`` and ``-``."""
    return f"{kind}-{token_urlsafe(NAME_BYTES)}".replace("_", ".")
