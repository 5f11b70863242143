"""A form of a client we knew, sent by the link on a page, says that nobody proved who filled it in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0018_record_is_kept"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="intakesubmission",
            name="intake_submission_source",
        ),
        migrations.AlterField(
            model_name="intakesubmission",
            name="source",
            field=models.CharField(
                choices=[
                    ("ONLINE", "Filled in online"),
                    (
                        "PAGE",
                        "Filled in online by a page's link, so ask whether it was the client",
                    ),
                    ("IN_ROOM", "Told in the room"),
                    ("PAPER", "On paper"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddConstraint(
            model_name="intakesubmission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entered_by__isnull", True), ("source__in", ["ONLINE", "PAGE"])),
                    models.Q(("entered_by__isnull", False), ("source__in", ["IN_ROOM", "PAPER"])),
                    _connector="OR",
                ),
                name="intake_submission_source",
            ),
        ),
    ]
