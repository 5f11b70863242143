"""What of a booking belongs to the client's record is written down by the database."""

from django.db import migrations

KEEP = """
SELECT clinic_keep_history('bookings_booking',
    kept => '{client_id,treatment_id,practitioner_id,starts_at,status,screening_id,outcome}');
SELECT clinic_keep_history('bookings_review');
SELECT clinic_keep_history('bookings_cancelreason');
-- That two records became one belongs to their history; the contacts it puts back do not.
SELECT clinic_keep_history('bookings_merge', 'survivor_id',
    kept => '{survivor_id,merged_id,by_id,at,undone_at,undone_by_id}');
"""
STOP = """
SELECT clinic_keep_no_history('bookings_booking');
SELECT clinic_keep_no_history('bookings_review');
SELECT clinic_keep_no_history('bookings_cancelreason');
SELECT clinic_keep_no_history('bookings_merge');
"""


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("bookings", "0002_what_staff_did"),
        ("bookings", "0003_what_clients_are_asked_and_say"),
        ("bookings", "0004_records_are_merged"),
        ("bookings", "0005_history"),
        ("bookings", "0006_history_of_merges"),
        ("bookings", "0007_clients_are_imported"),
        ("bookings", "0008_sessions_are_recorded"),
        ("bookings", "0009_files_can_fail"),
    ]
    dependencies = [("bookings", "0001_initial"), ("clinic", "0003_clinical_history")]
    operations = [
        migrations.RunSQL(KEEP, STOP),
    ]
