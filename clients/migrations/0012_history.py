"""Every write to a client's rows is written down by the database (docs/decisions/0010)."""

from django.db import migrations

KEEP = """
SELECT clinic_keep_history('clients_client', 'id',
    personal => '{name,email,phone}', hidden => '{name_key,search_text}');
SELECT clinic_keep_history('clients_screening');
-- The key itself must be nowhere else: whoever keeps a copy of it can't forget a client.
SELECT clinic_keep_history('clients_clientkey', hidden => '{wrapped}', inserts => false);
-- These rows say themselves who said what and when.
SELECT clinic_keep_history('clients_contactconsent', inserts => false);
-- What is typed becomes the record when it is sent; that row never changes.
SELECT clinic_keep_history('clients_intakedraft', kept => '{client_id,is_private,sent_at}');
SELECT clinic_keep_history('clients_photo');
SELECT clinic_keep_history('clients_document');
-- Who may sign in as whom.
SELECT clinic_keep_history('clients_clientlogin');
"""
STOP = "".join(
    f"SELECT clinic_keep_no_history('{table}');\n"
    for table in (
        "clients_client",
        "clients_screening",
        "clients_clientkey",
        "clients_contactconsent",
        "clients_intakedraft",
        "clients_photo",
        "clients_document",
        "clients_clientlogin",
    )
)


class Migration(migrations.Migration):
    dependencies = [("clients", "0011_records_are_merged"), ("clinic", "0008_history")]
    operations = [migrations.RunSQL(KEEP, STOP)]
