"""A practitioner asks a client once more; what a client writes when cancelling is kept, sealed."""

import clients.sealing
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0002_what_staff_did'),
        ('clients', '0003_clients_are_found'),
    ]

    operations = [
        migrations.AlterField(
            model_name='review',
            name='decision',
            field=models.CharField(choices=[('ACCEPT', 'Accepted'), ('ASK', 'Client asked'), ('DECLINE', 'Declined')], max_length=7),
        ),
        migrations.CreateModel(
            name='CancelReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('text', clients.sealing.SealedText()),
                ('at', models.DateTimeField()),
                ('booking', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='cancel_reason', to='bookings.booking')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cancel_reasons', to='clients.client')),
            ],
        ),
    ]
