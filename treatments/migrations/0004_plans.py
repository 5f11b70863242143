"""Plans: what a clinic offers, what a client agreed to, and every state a plan came into."""

import clients.sealing
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

GUARD = """
-- A row changes hands, and nothing else of it, when two records turn out to be one.
CREATE FUNCTION treatments_plan_events_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('jade.moving_client', true) = 'on'
        AND to_jsonb(NEW) - '{client_id,reason}'::text[] = to_jsonb(OLD) - '{client_id,reason}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What became of a plan is never changed; it goes on to its next state.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'plan_events_do_not_change';
END $$;

CREATE FUNCTION treatments_plan_event_is_the_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM treatments_plan WHERE id = NEW.plan_id AND client_id = NEW.client_id
    ) OR (NEW.consent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM clients_consentgiven
         WHERE id = NEW.consent_id AND client_id = NEW.client_id AND at <= NEW.at
    )) THEN
        RAISE EXCEPTION 'A plan is agreed to by its own client, by what they signed before.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'plan_event_is_the_clients';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER plan_events_do_not_change BEFORE UPDATE OR DELETE ON treatments_planevent
    FOR EACH ROW EXECUTE FUNCTION treatments_plan_events_do_not_change();
CREATE TRIGGER plan_events_are_not_emptied BEFORE TRUNCATE ON treatments_planevent
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_plan_events_do_not_change();
CREATE TRIGGER plan_event_is_the_clients BEFORE INSERT ON treatments_planevent
    FOR EACH ROW EXECUTE FUNCTION treatments_plan_event_is_the_clients();
SELECT clinic_keep_history('treatments_plan');
"""
NO_GUARD = """
SELECT clinic_keep_no_history('treatments_plan');
DROP TRIGGER plan_event_is_the_clients ON treatments_planevent;
DROP TRIGGER plan_events_are_not_emptied ON treatments_planevent;
DROP TRIGGER plan_events_do_not_change ON treatments_planevent;
DROP FUNCTION treatments_plan_event_is_the_clients();
DROP FUNCTION treatments_plan_events_do_not_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0017_consents_are_asked_again'),
        ('clinic', '0010_opening_records'),
        ('treatments', '0003_what_was_done_does_not_change'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sessions', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='sessions')),
                ('per_week', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='times a week')),
                ('every_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='every so many days')),
                ('min_gap_days', models.PositiveSmallIntegerField(verbose_name='days between sessions, at least')),
                ('max_gap_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days between sessions, at most')),
                ('reviews_at', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='reviewed at')),
                ('reviews_every', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='reviewed every so many sessions')),
                ('before_event_least', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('before_event_most', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('retention_minutes', models.PositiveSmallIntegerField(default=20, verbose_name='needles stay in, minutes')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('PROPOSED', 'Proposed'), ('AGREED', 'Agreed'), ('ACTIVE', 'Active'), ('PAUSED', 'Paused'), ('COMPLETED', 'Completed'), ('STOPPED', 'Stopped')], max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('counts_from', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('event_on', models.DateField(blank=True, null=True, verbose_name='day of the event')),
                ('aims', clients.sealing.SealedJSON()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='clients.client')),
                ('follows', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='treatments.plan')),
                ('practitioner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='clinic.practitioner')),
                ('treatment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='treatments.treatment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('state', models.CharField(choices=[('PROPOSED', 'Proposed'), ('AGREED', 'Agreed'), ('ACTIVE', 'Active'), ('PAUSED', 'Paused'), ('COMPLETED', 'Completed'), ('STOPPED', 'Stopped')], max_length=10)),
                ('at', models.DateTimeField()),
                ('reason', clients.sealing.SealedText()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plan_events', to='clients.client')),
                ('consent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='plan_events', to='clients.consentgiven')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='treatments.plan')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='consents',
            field=models.ManyToManyField(related_name='plans', through='treatments.PlanEvent', to='clients.consentgiven'),
        ),
        migrations.CreateModel(
            name='PlanTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sessions', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='sessions')),
                ('per_week', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='times a week')),
                ('every_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='every so many days')),
                ('min_gap_days', models.PositiveSmallIntegerField(verbose_name='days between sessions, at least')),
                ('max_gap_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days between sessions, at most')),
                ('reviews_at', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None, verbose_name='reviewed at')),
                ('reviews_every', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='reviewed every so many sessions')),
                ('before_event_least', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('before_event_most', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('retention_minutes', models.PositiveSmallIntegerField(default=20, verbose_name='needles stay in, minutes')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='offered')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place in the list')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('sessions__isnull', True), models.Q(('sessions__gte', 1), ('sessions__lte', 60)), _connector='OR'), models.Q(('reviews_every__isnull', True), models.Q(('reviews_every__gte', 1), ('reviews_every__lte', 60)), _connector='OR'), ('retention_minutes__gte', 1), ('retention_minutes__lte', 60)), name='plantemplate_numbers_in_range'), models.CheckConstraint(condition=models.Q(models.Q(('every_days__isnull', True), ('per_week__isnull', False), ('per_week__range', (1, 7))), models.Q(('every_days__isnull', False), ('every_days__range', (1, 365)), ('per_week__isnull', True)), _connector='OR'), name='plantemplate_one_cadence'), models.CheckConstraint(condition=models.Q(('min_gap_days__gte', 1), ('min_gap_days__lte', 365), models.Q(('max_gap_days__isnull', True), models.Q(('max_gap_days__gte', models.F('min_gap_days')), ('max_gap_days__lte', 365)), _connector='OR')), name='plantemplate_gaps_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('before_event_least__isnull', True), ('before_event_most__isnull', True)), models.Q(('before_event_least__isnull', False), ('before_event_most__gte', models.F('before_event_least')), ('before_event_most__isnull', False), ('before_event_most__lte', 60), ('sessions__isnull', False)), _connector='OR'), name='plantemplate_before_event')],
            },
        ),
        migrations.AddField(
            model_name='plan',
            name='template',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='treatments.plantemplate'),
        ),
        migrations.AddConstraint(
            model_name='planevent',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('PROPOSED', 'AGREED', 'ACTIVE', 'PAUSED', 'COMPLETED', 'STOPPED'))), name='plan_event_state_known'),
        ),
        migrations.AddConstraint(
            model_name='planevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'AGREED'), _negated=True), ('consent__isnull', False), _connector='OR'), name='plan_event_agreed_by_consent'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sessions__isnull', True), models.Q(('sessions__gte', 1), ('sessions__lte', 60)), _connector='OR'), models.Q(('reviews_every__isnull', True), models.Q(('reviews_every__gte', 1), ('reviews_every__lte', 60)), _connector='OR'), ('retention_minutes__gte', 1), ('retention_minutes__lte', 60)), name='plan_numbers_in_range'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('every_days__isnull', True), ('per_week__isnull', False), ('per_week__range', (1, 7))), models.Q(('every_days__isnull', False), ('every_days__range', (1, 365)), ('per_week__isnull', True)), _connector='OR'), name='plan_one_cadence'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('min_gap_days__gte', 1), ('min_gap_days__lte', 365), models.Q(('max_gap_days__isnull', True), models.Q(('max_gap_days__gte', models.F('min_gap_days')), ('max_gap_days__lte', 365)), _connector='OR')), name='plan_gaps_in_order'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('before_event_least__isnull', True), ('before_event_most__isnull', True)), models.Q(('before_event_least__isnull', False), ('before_event_most__gte', models.F('before_event_least')), ('before_event_most__isnull', False), ('before_event_most__lte', 60), ('sessions__isnull', False)), _connector='OR'), name='plan_before_event'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ('PROPOSED', 'AGREED', 'ACTIVE', 'PAUSED'))), models.Q(('closed_at__isnull', False), ('state__in', ('COMPLETED', 'STOPPED'))), _connector='OR'), name='plan_open_or_closed'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('PROPOSED', 'AGREED', 'ACTIVE', 'PAUSED'))), fields=('client', 'treatment'), name='plan_one_open'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('before_event_least__isnull', True), ('event_on__isnull', False), _connector='OR'), name='plan_event_has_day'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('follows__isnull', True), models.Q(('follows', models.F('id')), _negated=True), _connector='OR'), name='plan_does_not_follow_itself'),
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
