"""Parse, ask, render."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import startpage
from pages import showroom


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Show what is going on: one card of each app that has news."""
    cards = [
        {"title": card.title, "span": card.span, "template": card.template, **card.context(request.user)}
        for card in sorted(startpage.cards.values(), key=lambda card: card.order)
    ]
    return render(request, "pages/start.html", {"cards": cards})


@require_GET
def components(request: HttpRequest) -> HttpResponse:
    """Show every component of the pages in all its states."""
    return render(request, "pages/components.html", showroom.context(request))
