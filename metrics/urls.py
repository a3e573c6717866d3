"""Addresses of the pages."""

from django.urls import URLPattern, URLResolver, path

from metrics import views
from metrics.alerting import views as alert_views
from metrics.analytics import views as analytics_views

app_name = "metrics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("metrics", views.system, name="system"),
    path("metrics/now", views.now, name="now"),
    path("metrics/algorithms", analytics_views.algorithms, name="algorithms"),
    path("metrics/alerts", alert_views.alert_list, name="alerts"),
    path("metrics/alerts/new", alert_views.alert_new, name="alert-new"),
    path("metrics/alerts/events", alert_views.alert_events, name="alert-events"),
    path("metrics/alerts/<uuid:pk>", alert_views.alert, name="alert"),
    path("metrics/alerts/<uuid:pk>/silence", alert_views.alert_silence, name="alert-silence"),
    path("metrics/alerts/<uuid:pk>/hear", alert_views.alert_hear, name="alert-hear"),
    path("metrics/alerts/<uuid:pk>/switch", alert_views.alert_switch, name="alert-switch"),
    path("metrics/alerts/<uuid:pk>/delete", alert_views.alert_delete, name="alert-delete"),
]
