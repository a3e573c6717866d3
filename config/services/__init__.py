"""What makes up a running platform: embedded PostgreSQL and Redis, and their supervisor."""

from config.services.embedded import Services
from config.services.errors import ServiceError

__all__ = ["ServiceError", "Services"]
