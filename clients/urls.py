from django.urls import path

from clients.views import mailbox

urlpatterns = [
    path("mailbox/", mailbox.messages, name="mailbox"),
    path("mailbox/<slug:name>/", mailbox.message, name="mailbox_message"),
    path("mailbox/<slug:name>/page/", mailbox.page, name="mailbox_page"),
    path(
        "mailbox/<slug:name>/attachment/<int:number>/",
        mailbox.attachment,
        name="mailbox_attachment",
    ),
]
