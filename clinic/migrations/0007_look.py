"""A clinic has a colour and a logo of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinic', '0006_address_proofs'),
    ]

    operations = [
        migrations.AddField(
            model_name='clinic',
            name='accent',
            field=models.CharField(blank=True, max_length=7, verbose_name='colour, #rrggbb'),
        ),
        migrations.CreateModel(
            name='Logo',
            fields=[
                ('digest', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('data', models.BinaryField()),
                ('content_type', models.CharField(max_length=10)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('content_type__in', ['image/png', 'image/jpeg'])), name='logo_type_known')],
            },
        ),
        migrations.AddField(
            model_name='clinic',
            name='logo',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clinic.logo', verbose_name='logo'),
        ),
        migrations.AddConstraint(
            model_name='clinic',
            constraint=models.CheckConstraint(condition=models.Q(('accent__regex', '^(#[0-9a-f]{6})?$')), name='clinic_accent_is_a_colour'),
        ),
    ]
