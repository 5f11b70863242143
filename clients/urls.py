"""The texts clients sign, for those who treat; a client's consents by their own link at
/consent/<token>/ and on the clinic's tablet; their forms at /forms/<token>/; the mailbox of a demo."""

from __future__ import annotations

from django.urls import path

from clients.views import consent, consent_texts, hooks, intake, mailbox, stop, tablet
from clinic.limits import Limit, limit_posts

# A family signs a few documents in ten minutes; a script tries hundreds of times.
limited = limit_posts(Limit("clients.consent", most=60, seconds=600))
# A form is kept at every step, and while somebody types.
kept_often = limit_posts(Limit("clients.forms", most=600, seconds=600))

# Providers tell of thousands of messages in a minute; a stranger who tries secrets is slowed down.
told_often = limit_posts(Limit("clients.hooks", most=6000, seconds=60))

urlpatterns = [
    path("stop/<str:token>/", limited(stop.stop), name="stop"),
    path("hooks/email/", told_often(hooks.email), name="hook-email"),
    path("hooks/twilio/status/", told_often(hooks.twilio_status), name="hook-twilio-status"),
    path("hooks/twilio/inbound/", told_often(hooks.twilio_inbound), name="hook-twilio-inbound"),
    path("hooks/sms/inbound/", told_often(hooks.gateway_inbound), name="hook-sms-inbound"),
    path("hooks/sms/status/", told_often(hooks.gateway_status), name="hook-sms-status"),
    path("consent/<str:token>/", consent.home, name="consent"),
    path("consent/<str:token>/<slug:kind>/", limited(consent.sign), name="consent-sign"),
    path("consent/<str:token>/signed/<uuid:uid>/", consent.signed_pdf, name="consent-pdf"),
    path(
        "consent/<str:token>/signed/<uuid:uid>/withdraw/",
        limited(consent.withdraw),
        name="consent-withdraw",
    ),
    path("consent-texts/", consent_texts.texts, name="consent-texts"),
    path("consent-texts/<slug:kind>/edit/", consent_texts.edit, name="consent-text-edit"),
    path("consent-texts/<slug:kind>/<int:number>/", consent_texts.text, name="consent-text"),
    path("tablet/<str:token>/", tablet.tablet, name="tablet"),
    path("tablet/<str:token>/<slug:kind>/", limited(tablet.sign), name="tablet-sign"),
    path("forms/<str:token>/", kept_often(intake.form), name="form"),
    path("forms/<str:token>/part/<slug:part>/", kept_often(intake.part), name="form-part"),
    path("mailbox/", mailbox.messages, name="mailbox"),
    path("mailbox/<slug:name>/", mailbox.message, name="mailbox_message"),
    path("mailbox/<slug:name>/page/", mailbox.page, name="mailbox_page"),
    path(
        "mailbox/<slug:name>/attachment/<int:number>/",
        mailbox.attachment,
        name="mailbox_attachment",
    ),
]
