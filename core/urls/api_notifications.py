"""API addresses of notifications and webhooks."""

from django.urls import path

from core.notifications.api import views, webhook_views

app_name = "notifications"
urlpatterns = [
    path("", views.NotificationList.as_view(), name="list"),
    path("/read", views.NotificationsRead.as_view(), name="read"),
    path("/settings", views.SettingsView.as_view(), name="settings"),
    path("/deliveries", webhook_views.DeliveryList.as_view(), name="deliveries"),
    path("/webhooks", webhook_views.WebhookList.as_view(), name="webhooks"),
    path("/webhooks/<uuid:pk>", webhook_views.WebhookDetail.as_view(), name="webhook"),
    path("/webhooks/<uuid:pk>/test", webhook_views.WebhookTest.as_view(), name="webhook-test"),
    path("/<uuid:pk>", views.NotificationDetail.as_view(), name="detail"),
]
