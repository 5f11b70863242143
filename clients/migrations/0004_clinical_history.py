"""Every write to a client's rows is written down by the database (docs/decisions/0010)."""

from django.db import migrations

TABLES = (
    "clients_client",
    "clients_screening",
    "clients_clientkey",
    "clients_contactconsent",
    "clients_intakedraft",
    "clients_photo",
    "clients_document",
    "clients_clientlogin",
    "clients_datarequest",
    "clients_recordopening",
    "clients_withholding",
    "clients_legalhold",
    "clients_erasure",
    "clients_contactproposal",
)
KEEP = """
SELECT clinic_keep_history('clients_client', 'id',
    personal => '{name,email,phone}', hidden => '{name_key,search_text}');
SELECT clinic_keep_history('clients_screening');
-- The key itself, or one that came with a merged record, must be nowhere else: whoever keeps a copy
-- of it can't forget a client.
SELECT clinic_keep_history(
    'clients_clientkey', hidden => '{wrapped,inherited}', inserts => false);
-- These rows say themselves who said what and when.
SELECT clinic_keep_history('clients_contactconsent', inserts => false);
-- What is typed becomes the record when it is sent; that row never changes.
SELECT clinic_keep_history('clients_intakedraft', kept => '{client_id,is_private,sent_at}');
SELECT clinic_keep_history('clients_photo');
SELECT clinic_keep_history('clients_document');
-- Who may sign in as whom.
SELECT clinic_keep_history('clients_clientlogin');
SELECT clinic_keep_history('clients_datarequest');
SELECT clinic_keep_history('clients_recordopening');
SELECT clinic_keep_history('clients_withholding');
SELECT clinic_keep_history('clients_legalhold');
SELECT clinic_keep_history('clients_erasure');
SELECT clinic_keep_history('clients_contactproposal');
"""
STOP = "".join(f"SELECT clinic_keep_no_history('{table}');\n" for table in TABLES)


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("clients", "0011_records_are_merged"),
        ("clients", "0012_history"),
        ("clients", "0013_inherited_keys_stay_out"),
        ("clients", "0014_data_requests"),
        ("clients", "0015_opening_records"),
        ("clients", "0016_rules_are_edited"),
        ("clients", "0017_consents_are_asked_again"),
        ("clients", "0018_record_is_kept"),
        ("clients", "0019_forms_say_who_proved"),
        ("clients", "0020_desk_links_wait"),
        ("clients", "0021_files_are_released"),
        ("clients", "0022_forms_propose_contacts"),
    ]
    dependencies = [("clients", "0003_signed_and_noted"), ("clinic", "0003_clinical_history")]
    operations = [
        migrations.RunSQL(KEEP, STOP),
    ]
