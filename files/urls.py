"""Pages."""

from django.urls import path

from files import views

app_name = "files"
urlpatterns = [
    path("files", views.file_list, name="list"),
    path("files/upload", views.upload, name="upload"),
    path("files/<uuid:pk>", views.file_detail, name="detail"),
    path("files/<uuid:pk>/download", views.download, name="download"),
    path("files/<uuid:pk>/edit", views.edit, name="edit"),
    path("files/<uuid:pk>/delete", views.delete, name="delete"),
    path("files/<uuid:pk>/restore", views.restore, name="restore"),
]
