"""Sessions of the pages."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest

from accounts import services
from accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(request: HttpRequest, user: User) -> None:
    """Sign the browser in, under a new session key. It ends when the account ends all of its sessions."""
    login(request, user, backend=BACKEND)
    request.session[settings.SESSION_GENERATION] = user.generation


def end(request: HttpRequest) -> None:
    """Sign the browser out."""
    user = request.user
    logout(request)
    if isinstance(user, User):
        services.user_sign_out(user=user)
