"""API addresses of health."""

from django.urls import path

from core.api import health_views as views

app_name = "health"
urlpatterns = [
    path("health/live", views.Live.as_view(), name="live"),
    path("health/ready", views.Ready.as_view(), name="ready"),
]
