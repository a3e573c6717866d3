"""API addresses of compression."""

from django.urls import path

from compression.api import compare_views, stream_views, views

app_name = "compression"
urlpatterns = [
    path("compress", views.Compress.as_view(), name="compress"),
    path("decompress", views.Decompress.as_view(), name="decompress"),
    path("stream", stream_views.Stream.as_view(), name="stream"),
    path("compare", compare_views.Compare.as_view(), name="compare"),
    path("compare/<uuid:pk>", compare_views.ComparisonDetail.as_view(), name="comparison"),
    path("algorithms", views.AlgorithmList.as_view(), name="algorithms"),
    path("algorithms/<str:name>", views.AlgorithmDetail.as_view(), name="algorithm"),
    path("results", views.ResultList.as_view(), name="results"),
    path("results/<uuid:pk>", views.ResultDetail.as_view(), name="result"),
]
