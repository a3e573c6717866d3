"""Requests whose account is known: the permission matrix lets nobody else through to the views that take them."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from accounts.models import Token, User


class SignedInRequest(HttpRequest):
    """A page's request."""

    user: User
    htmx: HtmxDetails


class ApiRequest(Request):
    """A request to the API; `auth` is the token that it came with, if it came with one."""

    user: User
    auth: Token | None
    _request: SignedInRequest
