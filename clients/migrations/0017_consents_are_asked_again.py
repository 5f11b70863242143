"""What comes up after a consent was signed is only added, so that it is asked for again."""


import django.db.models.deletion
from django.db import migrations, models

# The row changes hands, and nothing else of it, when two records turn out to be one.
NEVER_CHANGE = """
CREATE TRIGGER consents_do_not_change BEFORE UPDATE OR DELETE ON clients_consentevent
    FOR EACH ROW EXECUTE FUNCTION clients_consents_do_not_change('');
CREATE TRIGGER consents_are_not_emptied BEFORE TRUNCATE ON clients_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION clients_consents_do_not_change();
"""
UNDO = """
DROP TRIGGER consents_do_not_change ON clients_consentevent;
DROP TRIGGER consents_are_not_emptied ON clients_consentevent;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0016_rules_are_edited'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConsentEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('NEW_PLAN', 'New plan'), ('NEW_RISK', 'New risk'), ('NEW_TECHNIQUE', 'New technique'), ('CAPACITY_CHANGED', 'Who decides has changed')], max_length=16)),
                ('about', models.CharField(max_length=80)),
                ('at', models.DateTimeField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consent_events', to='clients.client')),
            ],
            options={
                'indexes': [models.Index(fields=['client', 'at'], name='consent_event_of_client')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['CAPACITY_CHANGED', 'NEW_PLAN', 'NEW_RISK', 'NEW_TECHNIQUE'])), name='consent_event_reason_known'), models.UniqueConstraint(fields=('about', 'reason'), name='consent_event_once')],
            },
        ),
        migrations.RunSQL(NEVER_CHANGE, UNDO),
    ]
