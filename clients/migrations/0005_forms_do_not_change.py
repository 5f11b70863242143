"""What was published or sent never changes: an answer must always be readable beside its question."""

from django.db import migrations

DEFINITIONS = """
CREATE FUNCTION clients_forms_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A published form never changes; publish a new version instead.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'forms_do_not_change';
END $$;

CREATE TRIGGER forms_do_not_change BEFORE UPDATE OR DELETE ON clients_intakedefinition
    FOR EACH ROW EXECUTE FUNCTION clients_forms_do_not_change();
CREATE TRIGGER forms_are_not_emptied BEFORE TRUNCATE ON clients_intakedefinition
    FOR EACH STATEMENT EXECUTE FUNCTION clients_forms_do_not_change();
"""

# A row changes hands, and nothing else of it, when two records turn out to be one.
SUBMISSIONS = """
CREATE FUNCTION clients_submissions_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('jade.moving_client', true) = 'on'
        AND to_jsonb(NEW) - 'client_id' = to_jsonb(OLD) - 'client_id'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What a client sent never changes; a correction is a new submission.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'submissions_do_not_change';
END $$;

CREATE TRIGGER submissions_do_not_change BEFORE UPDATE OR DELETE ON clients_intakesubmission
    FOR EACH ROW EXECUTE FUNCTION clients_submissions_do_not_change();
CREATE TRIGGER submissions_are_not_emptied BEFORE TRUNCATE ON clients_intakesubmission
    FOR EACH STATEMENT EXECUTE FUNCTION clients_submissions_do_not_change();
"""

UNDO = """
DROP TRIGGER forms_do_not_change ON clients_intakedefinition;
DROP TRIGGER forms_are_not_emptied ON clients_intakedefinition;
DROP TRIGGER submissions_do_not_change ON clients_intakesubmission;
DROP TRIGGER submissions_are_not_emptied ON clients_intakesubmission;
DROP FUNCTION clients_forms_do_not_change();
DROP FUNCTION clients_submissions_do_not_change();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0004_intake")]

    operations = [migrations.RunSQL(DEFINITIONS + SUBMISSIONS, UNDO)]
