"""What the supervisor is told by the environment."""

from dataclasses import dataclass
from pathlib import Path

from config import env

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Configuration:
    """Where to keep things, where to listen, and how many processes to run."""

    data: Path
    host: str
    port: int
    web_processes: int
    workers: int
    database_url: str
    redis_url: str
    allowed_hosts: list[str]

    @classmethod
    def read(cls) -> "Configuration":
        """Read the variables; a value that cannot be meant is refused with its name."""
        return cls(
            data=env.path("DATA_DIR", PROJECT / "var"),
            host=env.text("HOST", "127.0.0.1"),
            port=env.integer("PORT", 8000, maximum=65535),
            web_processes=env.integer("WEB_PROCESSES", 2, minimum=1, maximum=64),
            workers=env.integer("WORKERS", 2, minimum=1, maximum=256),
            database_url=env.secret("DATABASE_URL"),
            redis_url=env.secret("REDIS_URL"),
            allowed_hosts=env.items("ALLOWED_HOSTS", ["localhost"]),
        )
