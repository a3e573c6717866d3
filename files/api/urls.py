"""API addresses."""

from django.urls import path

from files.api import batch_views, bulk_views, search_views, views

app_name = "files"
urlpatterns = [
    path("upload", views.Upload.as_view(), name="upload"),
    path("batch-upload", batch_views.BatchUpload.as_view(), name="batch-upload"),
    path("list", views.FileList.as_view(), name="list"),
    path("info/<uuid:pk>", views.FileInfo.as_view(), name="info"),
    path("info/<uuid:pk>/snippets", views.FileSnippets.as_view(), name="snippets"),
    path("download/<uuid:pk>", views.FileDownload.as_view(), name="download"),
    path("delete/<uuid:pk>", views.FileDelete.as_view(), name="delete"),
    path("search", search_views.Search.as_view(), name="search"),
    path("searches", search_views.SavedList.as_view(), name="searches"),
    path("searches/<uuid:pk>", search_views.SavedDetail.as_view(), name="search-saved"),
    path("bulk", bulk_views.BulkAction.as_view(), name="bulk"),
    path("restore/<uuid:pk>", views.FileRestore.as_view(), name="restore"),
]
