from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The outbox knows no booking: this is the one place where they meet.
        from bookings import followups, form_notices, notices, request_notices  # noqa: PLC0415
        from bookings.actions import relinking  # noqa: PLC0415
        from clients import data_requests, outbox  # noqa: PLC0415

        outbox.register("booking", kinds=followups.KINDS, describe=notices.describe)
        outbox.register(
            "request", kinds={data_requests.ANSWERED}, describe=request_notices.describe
        )
        outbox.register("form", kinds={relinking.FORM_LINK}, describe=form_notices.describe)
