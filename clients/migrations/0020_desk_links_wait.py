"""A login that the desk noted down for a client opens nothing until it is confirmed. Those that are
there were made under the former rule and stay open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0019_forms_say_who_proved"),
    ]

    operations = [
        migrations.AddField(
            model_name="clientlogin",
            name="is_pending",
            field=models.BooleanField(default=False),
        ),
        migrations.AddConstraint(
            model_name="clientlogin",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_pending", False), ("how", "CLINIC"), _connector="OR"),
                name="client_login_only_desk_waits",
            ),
        ),
    ]
