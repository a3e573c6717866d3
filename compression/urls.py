"""Pages of compression."""

from django.urls import path

from compression import views

app_name = "compression"
urlpatterns = [
    path("compress", views.compress, name="compress"),
    path("compress/options", views.options, name="options"),
    path("decompress", views.decompress, name="decompress"),
    path("results", views.result_list, name="results"),
    path("results/<uuid:pk>", views.result_detail, name="result"),
]
