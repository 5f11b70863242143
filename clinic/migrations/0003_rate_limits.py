"""Counters of rate limits, in a table that a crash may empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinic", "0002_log_book_is_only_added_to")]
    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.CharField(max_length=20)),
                ("who", models.CharField(max_length=32)),
                ("count", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bucket", "who"), name="rate_count_once")
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE clinic_ratecount SET UNLOGGED",
            "ALTER TABLE clinic_ratecount SET LOGGED",
        ),
    ]
