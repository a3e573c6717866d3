"""`manage.py reset_password <user>`: a way in for operators at the machine."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import services
from accounts.models import User


class Command(BaseCommand):
    """Give an account a new one-time password and print it."""

    help = "Give an account a new one-time password. Ends all of its sessions and tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the user name."""
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        """Reset and print."""
        user = User.objects.named(username).first()
        if user is None:
            raise CommandError(f"There is no account “{username}”.")
        password = services.password_reset(user=user, actor=None)
        self.stdout.write(f"New password of {user.username}: {password}")
        self.stdout.write("All sessions and tokens of the account have ended.")
        if not user.is_active:
            self.stdout.write("The account is closed: open it in the back office before it can be used.")
