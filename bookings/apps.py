from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The outbox knows no booking: this is the one place where they meet.
        from bookings import (  # noqa: PLC0415
            client_notices,
            digest_notices,
            followups,
            form_notices,
            notices,
            recalls,
            request_notices,
        )
        from bookings.actions import digesting, relinking, texting  # noqa: PLC0415
        from clients import answering, data_requests, outbox  # noqa: PLC0415

        outbox.register("booking", kinds=followups.KINDS, describe=notices.describe)
        outbox.register(
            "request", kinds={data_requests.ANSWERED}, describe=request_notices.describe
        )
        outbox.register("client", kinds=recalls.MESSAGES, describe=client_notices.describe)
        outbox.register("form", kinds={relinking.FORM_LINK}, describe=form_notices.describe)
        outbox.register("digest", kinds={digesting.DIGEST}, describe=digest_notices.describe)
        answering.register(confirm=texting.confirm, manage_link=texting.manage_link)
