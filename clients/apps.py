from django.apps import AppConfig


class ClientsConfig(AppConfig):
    name = "clients"
    verbose_name = "Clients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from clients import outbox, text_notices  # noqa: PLC0415
        from clients.actions import hearing  # noqa: PLC0415

        outbox.register("text", kinds=hearing.KINDS, describe=text_notices.describe)
