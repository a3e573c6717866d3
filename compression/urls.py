"""Pages of compression."""

from django.urls import path

from compression import views
from compression.batch import views as batch_views

app_name = "compression"
urlpatterns = [
    path("compress", views.compress, name="compress"),
    path("compress/options", views.options, name="options"),
    path("decompress", views.decompress, name="decompress"),
    path("batches", batch_views.batch_list, name="batches"),
    path("batches/new", batch_views.new, name="batch-new"),
    path("batches/method", batch_views.method, name="batch-method"),
    path("batches/<uuid:pk>", batch_views.detail, name="batch"),
    path("batches/<uuid:pk>/cancel", batch_views.cancel, name="batch-cancel"),
    path("batches/<uuid:pk>/retry", batch_views.retry, name="batch-retry"),
    path("results", views.result_list, name="results"),
    path("results/<uuid:pk>", views.result_detail, name="result"),
]
