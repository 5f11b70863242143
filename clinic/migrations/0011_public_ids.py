"""Addresses of the settings name people, time off and closures by random ids.

The database gives each row there is an id of its own; new rows bring theirs.
"""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models

NAMED = ("user", "timeoff", "closure")


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0010_opening_records'),
    ]

    operations = [
        operation
        for model in NAMED
        for operation in (
            migrations.AddField(
                model_name=model,
                name='uid',
                field=models.UUIDField(db_default=RandomUUID(), editable=False),
            ),
            migrations.AlterField(
                model_name=model,
                name='uid',
                field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
            ),
        )
    ]
