"""What of a booking belongs to the client's record is written down by the database."""

from django.db import migrations

KEEP = """
SELECT clinic_keep_history('bookings_booking',
    kept => '{client_id,treatment_id,practitioner_id,starts_at,status,screening_id,outcome}');
SELECT clinic_keep_history('bookings_review');
SELECT clinic_keep_history('bookings_cancelreason');
"""
STOP = """
SELECT clinic_keep_no_history('bookings_booking');
SELECT clinic_keep_no_history('bookings_review');
SELECT clinic_keep_no_history('bookings_cancelreason');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0004_records_are_merged"),
        ("clients", "0012_history"),
        ("clinic", "0008_history"),
    ]
    operations = [migrations.RunSQL(KEEP, STOP)]
