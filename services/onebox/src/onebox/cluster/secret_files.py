"""Small files that only their owner may read."""

import os
import secrets
from pathlib import Path

_PASSWORD = "password"  # noqa: S105 - the name of a file


def password_in(folder: Path) -> str:
    """Return the password kept in a folder, after making one where there is none."""
    path = folder / _PASSWORD
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(24))
    return path.read_text("utf-8")


def write_secret(path: Path, content: str) -> None:
    """Write a file that only its owner may read, whole or not at all; one that is there is replaced."""
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
