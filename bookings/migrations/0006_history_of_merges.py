"""That two records became one belongs to their history; the contacts it puts back do not."""

from django.db import migrations

KEEP = """
SELECT clinic_keep_history('bookings_merge', 'survivor_id',
    kept => '{survivor_id,merged_id,by_id,at,undone_at,undone_by_id}');
"""
STOP = "SELECT clinic_keep_no_history('bookings_merge');"


class Migration(migrations.Migration):
    dependencies = [("bookings", "0005_history")]
    operations = [migrations.RunSQL(KEEP, STOP)]
