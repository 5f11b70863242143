"""The owner's own words for messages, in versions that never change."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE FUNCTION clients_wording_does_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A version of a message never changes; save a new one instead.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'wording_does_not_change';
END $$;

CREATE TRIGGER wording_does_not_change BEFORE UPDATE OR DELETE ON clients_messagewording
    FOR EACH ROW EXECUTE FUNCTION clients_wording_does_not_change();
CREATE TRIGGER wording_is_not_emptied BEFORE TRUNCATE ON clients_messagewording
    FOR EACH STATEMENT EXECUTE FUNCTION clients_wording_does_not_change();
"""
NO_GUARDS = """
DROP TRIGGER wording_does_not_change ON clients_messagewording;
DROP TRIGGER wording_is_not_emptied ON clients_messagewording;
DROP FUNCTION clients_wording_does_not_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0004_clinical_history'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MessageWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=30)),
                ('language', models.CharField(max_length=10)),
                ('number', models.PositiveIntegerField()),
                ('subject', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('short', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'language', 'number'), name='wording_numbered_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='wording_numbered_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('body', ''), ('short', ''), ('subject', '')), models.Q(models.Q(('subject', ''), _negated=True), models.Q(('body', ''), _negated=True), models.Q(('short', ''), _negated=True)), _connector='OR'), name='wording_whole_or_built_in')],
            },
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
