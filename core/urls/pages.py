"""Pages of the kernel."""

from django.urls import include, path

from core import views
from core.notifications import views as notification_views

jobs = (
    [
        path("jobs", views.job_list, name="list"),
        path("jobs/badge", views.job_badge, name="badge"),
        path("jobs/<uuid:pk>", views.job_detail, name="detail"),
        path("jobs/<uuid:pk>/row", views.job_row, name="row"),
        path("jobs/<uuid:pk>/cancel", views.job_cancel, name="cancel"),
        path("jobs/<uuid:pk>/retry", views.job_retry, name="retry"),
    ],
    "jobs",
)
notifications = (
    [
        path("notifications", notification_views.notification_list, name="list"),
        path("notifications/bell", notification_views.bell, name="bell"),
        path("notifications/<uuid:pk>", notification_views.follow, name="follow"),
        path("notifications/read", notification_views.read, name="read"),
        path("notifications/settings", notification_views.settings_save, name="settings"),
        path("notifications/webhooks", notification_views.webhook_list, name="webhooks"),
        path("notifications/webhooks/deliveries", notification_views.delivery_list, name="deliveries"),
        path(
            "notifications/webhooks/<uuid:pk>/switch",
            notification_views.webhook_switch,
            name="webhook-switch",
        ),
        path("notifications/webhooks/<uuid:pk>/test", notification_views.webhook_test, name="webhook-test"),
        path(
            "notifications/webhooks/<uuid:pk>/delete",
            notification_views.webhook_delete,
            name="webhook-delete",
        ),
    ],
    "notifications",
)
urlpatterns = [path("", include(jobs)), path("", include(notifications))]
