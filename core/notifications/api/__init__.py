"""Notifications and webhooks for programs."""
