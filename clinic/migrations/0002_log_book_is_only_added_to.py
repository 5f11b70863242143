"""The database refuses to change or empty the log book, whoever asks."""

from django.db import migrations

FORWARDS = """
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

BACKWARDS = """
DROP TRIGGER audit_not_emptied ON clinic_auditentry;
DROP TRIGGER audit_only_added_to ON clinic_auditentry;
DROP FUNCTION clinic_only_added_to();
"""


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
