"""What an account wants to be told, and by which way."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.notifications.choices import Channel, Level
from core.notifications.kinds import Kind
from core.notifications.models import NotificationSettings, email_levels, webhook_levels

Levels = Mapping[Channel, frozenset[str]]


def _usual() -> Levels:
    return {Channel.EMAIL: frozenset(email_levels()), Channel.WEBHOOK: frozenset(webhook_levels())}


@dataclass(frozen=True)
class Wishes:
    """The levels that go out by each channel, and the kinds that are not told at all."""

    levels: Levels
    muted: frozenset[str]
    chosen: bool

    def channels(self, kind: Kind, level: Level) -> set[Channel]:
        """Return the channels that a notification takes: an account that never chose leaves it to the kind."""
        asked = {channel for channel, levels in self.levels.items() if level in levels}
        return asked if self.chosen else asked & kind.channels


def wishes_of(owner: Any) -> Wishes:
    """Return what an account wants."""
    kept = NotificationSettings.objects.filter(owner=owner).first()
    if kept is None:
        return Wishes(_usual(), frozenset(), chosen=False)
    levels = {Channel.EMAIL: frozenset(kept.email), Channel.WEBHOOK: frozenset(kept.webhook)}
    return Wishes(levels, frozenset(kept.muted), chosen=True)
