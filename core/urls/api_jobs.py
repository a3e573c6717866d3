"""API addresses of jobs."""

from django.urls import path

from core.api import jobs_views as views

app_name = "jobs"
urlpatterns = [
    path("jobs", views.JobList.as_view(), name="list"),
    path("jobs/<uuid:pk>", views.JobDetail.as_view(), name="detail"),
    path("jobs/<uuid:pk>/cancel", views.JobCancel.as_view(), name="cancel"),
    path("jobs/<uuid:pk>/retry", views.JobRetry.as_view(), name="retry"),
    path("jobs/<uuid:pk>/log", views.JobLogList.as_view(), name="log"),
]
