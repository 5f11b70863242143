"""What staff did can be taken back for a while; what the practitioner says to answers is kept."""

import clients.sealing
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0001_initial'),
        ('clients', '0003_clients_are_found'),
        ('clinic', '0002_log_book_is_only_added_to'),
        ('treatments', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BookingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('MOVED', 'Moved'), ('CANCELLED', 'Cancelled'), ('CONFIRMED', 'Confirmed'), ('ARRIVED', 'Arrived'), ('STARTED', 'Session begun'), ('DONE', 'Session done'), ('NO_SHOW', 'Did not come'), ('ACCEPTED', 'Request accepted'), ('DECLINED', 'Request declined')], max_length=10)),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField(db_index=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('follows', models.PositiveIntegerField()),
                ('sequence', models.PositiveIntegerField()),
                ('frees', models.BooleanField()),
                ('status', models.CharField(choices=[('HELD', 'Held'), ('REQUESTED', 'Awaiting review'), ('BOOKED', 'Booked'), ('CONFIRMED', 'Confirmed'), ('ARRIVED', 'Arrived'), ('IN_SESSION', 'In session'), ('DONE', 'Done'), ('EXPIRED', 'Expired'), ('DECLINED', 'Declined'), ('CANCELLED', 'Cancelled'), ('NO_SHOW', 'Did not come')], max_length=10)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('practitioner_until', models.DateTimeField()),
                ('room_until', models.DateTimeField()),
                ('respond_by', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(max_length=12)),
                ('messages', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('decision', models.CharField(choices=[('ACCEPT', 'Accepted'), ('ASK', 'Will ask the client'), ('DECLINE', 'Declined')], max_length=7)),
                ('reason', clients.sealing.SealedText()),
                ('not_before', models.DateField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('outcome__in', ('NOT_ASKED', 'REVIEW', 'NOT_BEFORE', 'REFUSED')), ('status__in', ('REQUESTED', 'BOOKED', 'CONFIRMED', 'ARRIVED'))), fields=['ends_at'], name='booking_to_screen'),
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='booking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='bookings.booking'),
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='practitioner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.practitioner'),
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='room',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.room'),
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='screening',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.screening'),
        ),
        migrations.AddField(
            model_name='review',
            name='booking',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='bookings.booking'),
        ),
        migrations.AddField(
            model_name='review',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client'),
        ),
        migrations.AddField(
            model_name='review',
            name='practitioner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='clinic.practitioner'),
        ),
        migrations.AddField(
            model_name='bookingchange',
            name='review',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='bookings.review'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('decision__in', ['ACCEPT', 'ASK', 'DECLINE'])), name='review_decision_known'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('booking',), name='review_one_holds_a_booking'),
        ),
        migrations.AddIndex(
            model_name='bookingchange',
            index=models.Index(condition=models.Q(('frees', True), ('undone_at__isnull', True)), fields=['practitioner', 'starts_at'], include=('practitioner_until', 'until', 'booking'), name='booking_freed_practitioner'),
        ),
        migrations.AddIndex(
            model_name='bookingchange',
            index=models.Index(condition=models.Q(('frees', True), ('undone_at__isnull', True)), fields=['room', 'starts_at'], include=('room_until', 'until', 'booking'), name='booking_freed_room'),
        ),
        migrations.AddConstraint(
            model_name='bookingchange',
            constraint=models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='change_has_grace'),
        ),
        migrations.AddConstraint(
            model_name='bookingchange',
            constraint=models.CheckConstraint(condition=models.Q(('sequence__gt', models.F('follows'))), name='change_goes_forwards'),
        ),
        migrations.AddConstraint(
            model_name='bookingchange',
            constraint=models.UniqueConstraint(condition=models.Q(('undone_at__isnull', True)), fields=('booking', 'sequence'), name='change_once_a_sequence'),
        ),
    ]
