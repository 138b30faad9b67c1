"""The secret of the keyed hashes: a file that is not part of the warehouse.

The warehouse keeps HMAC-SHA256 hashes of addresses and ids. Without the secret they do not show
who was erased, not even to somebody who tries out all addresses of a company. SQL computes the
same hash (macro keyed_hash); so that it can, the secret is as long as a block of SHA-256, in
letters whose paddings can be printed."""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

SECRET = "REVENUE_FUNNEL_ERASURE_SECRET"
LETTERS, LENGTH = "abcdefghijklmnop", 64


class ErasureError(Exception):
    """Why nobody was erased, in a sentence."""


def secret_path(database: Path) -> Path:
    """The file that the environment names, else erasure.secret beside the warehouse."""
    named = os.environ.get(SECRET)
    return Path(named) if named else database.with_name("erasure.secret")


def read_secret(path: Path) -> str:
    found = path.read_text().strip()
    if not re.fullmatch(f"[{LETTERS}]{{{LENGTH}}}", found):
        raise ErasureError(
            f"{path} holds no secret of an erasure: it must be {LENGTH} letters from a to p."
        )
    return found


def make_secret(path: Path) -> str:
    """A new one, that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")
    return secret


def keyed_hash(secret: str, kind: str, value: object) -> str:
    """Of an address, of the key of a record or company, or of the word `secret` itself."""
    text = f"{kind}|{value}" if value != "" else kind
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def key_of(*values: str) -> int:
    """The key that models make of texts (macro key_of)."""
    return int(hashlib.md5("|".join(values).encode()).hexdigest()[:15], 16)
