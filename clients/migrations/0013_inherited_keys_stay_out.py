"""Keys that came with a merged record are keys too: the history keeps no copy of them."""

from django.db import migrations

KEEP = """
SELECT clinic_keep_history(
    'clients_clientkey', hidden => '{wrapped,inherited}', inserts => false);
"""
BEFORE = "SELECT clinic_keep_history('clients_clientkey', hidden => '{wrapped}', inserts => false);"


class Migration(migrations.Migration):
    dependencies = [("clients", "0012_history")]
    operations = [migrations.RunSQL(KEEP, BEFORE)]
