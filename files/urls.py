"""Pages."""

from django.urls import path

from files import views
from files.bulk import views as bulk_views
from files.search import views as search_views

app_name = "files"
urlpatterns = [
    path("files", views.file_list, name="list"),
    path("files/upload", views.upload, name="upload"),
    path("files/bulk/<slug:name>", bulk_views.step, name="bulk"),
    path("files/undo", bulk_views.undo, name="bulk-undo"),
    path("files/searches", search_views.saved_list, name="searches"),
    path("files/searches/new", search_views.save, name="search-new"),
    path("files/searches/<uuid:pk>", search_views.open_saved, name="search-open"),
    path("files/searches/<uuid:pk>/rename", search_views.rename, name="search-rename"),
    path("files/searches/<uuid:pk>/delete", search_views.delete, name="search-delete"),
    path("files/<uuid:pk>", views.file_detail, name="detail"),
    path("files/<uuid:pk>/download", views.download, name="download"),
    path("files/<uuid:pk>/edit", views.edit, name="edit"),
    path("files/<uuid:pk>/delete", views.delete, name="delete"),
    path("files/<uuid:pk>/restore", views.restore, name="restore"),
]
