"""Pages of the kernel."""

from django.urls import include, path

from core import views

jobs = (
    [
        path("jobs", views.job_list, name="list"),
        path("jobs/<uuid:pk>", views.job_detail, name="detail"),
        path("jobs/<uuid:pk>/cancel", views.job_cancel, name="cancel"),
        path("jobs/<uuid:pk>/retry", views.job_retry, name="retry"),
    ],
    "jobs",
)
urlpatterns = [path("", include(jobs))]
