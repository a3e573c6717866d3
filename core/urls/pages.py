"""Pages of the kernel."""

from django.urls import include, path

from core import views

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
urlpatterns = [path("", include(jobs))]
