from django.urls import path

from participants import views

app_name = "participants"
urlpatterns = [
    path("settings/", views.settings_page, name="settings"),
    path("settings/return-code/", views.return_code, name="return_code"),
    path("return/", views.come_back, name="return"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:mail_id>/", views.outbox_mail, name="outbox_mail"),
    path("outbox/<int:mail_id>/html/", views.outbox_html, name="outbox_html"),
]
