"""What was done in a session stays as it was written, and after the signature nothing joins it."""

from __future__ import annotations

from django.db import migrations

# A row changes hands, and nothing else of it, when two records turn out to be one.
NEVER_CHANGE = """
CREATE FUNCTION treatments_does_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('jade.moving_client', true) = 'on'
        AND to_jsonb(NEW) - 'client_id' = to_jsonb(OLD) - 'client_id'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was done never changes; what is added says what is right.'
        USING ERRCODE = 'integrity_constraint_violation',
              CONSTRAINT = TG_TABLE_NAME || '_does_not_change';
END $$;

CREATE TRIGGER does_not_change BEFORE UPDATE OR DELETE ON treatments_sessionaction
    FOR EACH ROW EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON treatments_sessionaction
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER does_not_change BEFORE UPDATE OR DELETE ON treatments_sessionversion
    FOR EACH ROW EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON treatments_sessionversion
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER does_not_change BEFORE UPDATE OR DELETE ON treatments_cleaning
    FOR EACH ROW EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON treatments_cleaning
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_does_not_change();

-- The session's row is locked by whoever adds to it or signs it, so the two never cross.
CREATE FUNCTION treatments_signed_is_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM treatments_sessionrecord
                WHERE id = NEW.session_id AND signed_at IS NOT NULL FOR SHARE)
    THEN
        RAISE EXCEPTION 'This session is signed.'
            USING ERRCODE = 'integrity_constraint_violation',
                  CONSTRAINT = 'session_signed_is_closed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER signed_is_closed BEFORE INSERT ON treatments_sessionaction
    FOR EACH ROW EXECUTE FUNCTION treatments_signed_is_closed();

CREATE TRIGGER signed_does_not_change BEFORE UPDATE OR DELETE ON treatments_sessionrecord
    FOR EACH ROW WHEN (OLD.signed_at IS NOT NULL)
    EXECUTE FUNCTION treatments_does_not_change();

SELECT clinic_keep_history('treatments_sessionrecord',
                           kept => '{client_id,practitioner_id,signed_at,signed_by_id}');
SELECT clinic_keep_history('treatments_adverseevent');
"""

CHANGE = """
SELECT clinic_keep_no_history('treatments_adverseevent');
SELECT clinic_keep_no_history('treatments_sessionrecord');
DROP TRIGGER signed_does_not_change ON treatments_sessionrecord;
DROP TRIGGER signed_is_closed ON treatments_sessionaction;
DROP FUNCTION treatments_signed_is_closed();
DROP TRIGGER is_not_emptied ON treatments_cleaning;
DROP TRIGGER does_not_change ON treatments_cleaning;
DROP TRIGGER is_not_emptied ON treatments_sessionversion;
DROP TRIGGER does_not_change ON treatments_sessionversion;
DROP TRIGGER is_not_emptied ON treatments_sessionaction;
DROP TRIGGER does_not_change ON treatments_sessionaction;
DROP FUNCTION treatments_does_not_change();
"""


class Migration(migrations.Migration):
    dependencies = [("treatments", "0002_session_records")]

    operations = [migrations.RunSQL(NEVER_CHANGE, CHANGE)]
