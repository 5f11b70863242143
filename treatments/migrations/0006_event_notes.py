"""What is noted when an adverse event is followed up; a note never changes."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import clients.sealing

# The function is of 0003.
NEVER_CHANGE = """
CREATE TRIGGER does_not_change BEFORE UPDATE OR DELETE ON treatments_eventnote
    FOR EACH ROW EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON treatments_eventnote
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_does_not_change();
"""
CHANGE = """
DROP TRIGGER is_not_emptied ON treatments_eventnote;
DROP TRIGGER does_not_change ON treatments_eventnote;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0018_record_is_kept'),
        ('treatments', '0005_points'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EventNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('at', models.DateTimeField()),
                ('text', clients.sealing.SealedText(verbose_name='note')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client')),
                ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='treatments.adverseevent')),
            ],
            options={
                'indexes': [models.Index(fields=['event', 'at'], name='event_note_in_order')],
            },
        ),
        migrations.RunSQL(NEVER_CHANGE, CHANGE),
    ]
