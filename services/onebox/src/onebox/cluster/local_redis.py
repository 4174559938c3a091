"""A Redis of our own: on this machine only, behind a password, with nothing kept on disk."""

import shutil
from pathlib import Path

import redis
from service_kit.free_port import free_port

from onebox.cluster.part import CannotStart, Part
from onebox.cluster.secret_files import password_in, write_secret

MAX_MEMORY = "256mb"
_ANSWER_S = 2.0


def redis_part(folder: Path) -> tuple[Part, str]:
    """Return how Redis is run with its settings in ``folder``, and the URL under which it is reached.

    Raises
    ------
    CannotStart
        Where it is not installed.
    """
    program = shutil.which("redis-server")
    if program is None:
        raise CannotStart(
            "Redis is not installed: install the package redis-server, "
            "or name a running one in LANDLINIE_REDIS_URL"
        )
    folder.mkdir(parents=True, exist_ok=True)
    password = password_in(folder)
    port = free_port()
    # Everything in it can be made anew: what is oldest goes first.
    write_secret(
        folder / "redis.conf",
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {folder.resolve()}\n"
        f'save ""\nappendonly no\nmaxmemory {MAX_MEMORY}\nmaxmemory-policy allkeys-lru\n',
    )
    url = f"redis://:{password}@127.0.0.1:{port}/0"

    def is_ready() -> bool:
        try:
            with redis.Redis.from_url(
                url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S
            ) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    return Part("redis", [program, str(folder.resolve() / "redis.conf")], is_ready), url
