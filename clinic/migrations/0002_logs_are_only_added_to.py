"""The database refuses to change or empty the logs and the seals over them, whoever asks.

`tx` is the number of the transaction that added a row. The database fills it in and no model
knows it: a seal takes the rows whose transactions have all ended (see `clinic/seals.py`).
Counters of rate limits stand in a table that a crash may empty.
"""

from django.db import migrations

LOG_BOOK = """
CREATE FUNCTION clinic_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is only added to: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END;
$$;
CREATE TRIGGER audit_only_added_to
    BEFORE UPDATE OR DELETE ON clinic_auditentry
    FOR EACH ROW EXECUTE FUNCTION clinic_only_added_to();
CREATE TRIGGER audit_not_emptied
    BEFORE TRUNCATE ON clinic_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_only_added_to();
"""

NO_LOG_BOOK = """
DROP TRIGGER audit_not_emptied ON clinic_auditentry;
DROP TRIGGER audit_only_added_to ON clinic_auditentry;
DROP FUNCTION clinic_only_added_to();
"""

TX = """
ALTER TABLE {table} ADD COLUMN tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX {name}_tx ON {table} USING brin (tx) WITH (pages_per_range = 16, autosummarize = on);
"""
NO_TX = "ALTER TABLE {table} DROP COLUMN tx;"

GUARD = """
CREATE TRIGGER {name}_only_added_to
    BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION clinic_only_added_to();
CREATE TRIGGER {name}_not_emptied
    BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_only_added_to();
"""
NO_GUARD = """
DROP TRIGGER {name}_not_emptied ON {table};
DROP TRIGGER {name}_only_added_to ON {table};
"""


def sql(forwards, backwards, table, name):
    return migrations.RunSQL(
        forwards.format(table=table, name=name), backwards.format(table=table, name=name)
    )


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("clinic", "0002_log_book_is_only_added_to"),
        ("clinic", "0003_rate_limits"),
        ("clinic", "0004_access_seals_heartbeat"),
    ]
    dependencies = [("clinic", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE clinic_ratecount SET UNLOGGED", "ALTER TABLE clinic_ratecount SET LOGGED"
        ),
        migrations.RunSQL(LOG_BOOK, NO_LOG_BOOK),
        sql(TX, NO_TX, "clinic_auditentry", "audit"),
        sql(TX, NO_TX, "clinic_accessentry", "access"),
        sql(GUARD, NO_GUARD, "clinic_accessentry", "access"),
        sql(GUARD, NO_GUARD, "clinic_seal", "seal"),
    ]
