from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Bookings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The outbox knows no booking: this is the one place where they meet.
        from bookings import followups, notices  # noqa: PLC0415
        from clients import outbox  # noqa: PLC0415

        outbox.register("booking", kinds=followups.KINDS, describe=notices.describe)
