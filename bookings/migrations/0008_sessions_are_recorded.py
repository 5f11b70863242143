"""A booking points to what was done in its session."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0007_clients_are_imported"),
        ("clients", "0016_rules_are_edited"),
        ("clinic", "0010_opening_records"),
        ("treatments", "0003_what_was_done_does_not_change"),
    ]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="session",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="bookings",
                to="treatments.sessionrecord",
            ),
        ),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.UniqueConstraint(
                condition=models.Q(("session__isnull", False)),
                fields=("session",),
                name="booking_one_a_session",
            ),
        ),
    ]
