"""A file that stops the work ends; and rows of files that are done say no longer who they are about."""

from django.db import migrations, models

FORGET = """
UPDATE bookings_importrow SET values = '{}'
 WHERE values <> '{}' AND of_id IN (SELECT id FROM bookings_import WHERE status = 'DONE')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0008_sessions_are_recorded"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="import",
            name="import_status_known",
        ),
        migrations.AlterField(
            model_name="import",
            name="status",
            field=models.CharField(
                choices=[
                    ("NEW", "Columns to be chosen"),
                    ("CHECKING", "Being tried"),
                    ("CHECKED", "Tried"),
                    ("RUNNING", "Being taken over"),
                    ("DONE", "Taken over"),
                    ("FAILED", "Could not be taken over"),
                ],
                default="NEW",
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status__in", ["NEW", "CHECKING", "CHECKED", "RUNNING", "DONE", "FAILED"])
                ),
                name="import_status_known",
            ),
        ),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
    ]
