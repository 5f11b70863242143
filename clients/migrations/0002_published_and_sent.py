"""Published rules and forms, and what clients sent, never change: an answer must always be readable
beside its question and its rule.
"""

from django.db import migrations

RULE_TABLES = ("clients_ruleset", "clients_screeningrule", "clients_bookingquestion")

RULE_FUNCTIONS = """
CREATE FUNCTION clients_rules_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Published safety rules never change; publish a new version instead.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rules_do_not_change';
END $$;

-- A set is complete once it has as many rules and questions as it said when it was published.
CREATE FUNCTION clients_rules_are_complete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    already integer;
    announced integer;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I.%I WHERE rule_set_id = $1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
        INTO already USING NEW.rule_set_id;
    EXECUTE format('SELECT %I FROM clients_ruleset WHERE version = $1', TG_ARGV[0])
        INTO announced USING NEW.rule_set_id;
    IF already >= announced THEN
        RAISE EXCEPTION 'Nothing is added to published safety rules; publish a new version instead.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'rules_are_complete';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER rules_are_complete BEFORE INSERT ON clients_screeningrule
    FOR EACH ROW EXECUTE FUNCTION clients_rules_are_complete('rule_count');
CREATE TRIGGER rules_are_complete BEFORE INSERT ON clients_bookingquestion
    FOR EACH ROW EXECUTE FUNCTION clients_rules_are_complete('question_count');
"""

RULE_TRIGGERS = "".join(
    f"""
CREATE TRIGGER rules_do_not_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION clients_rules_do_not_change();
CREATE TRIGGER rules_are_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION clients_rules_do_not_change();
"""
    for table in RULE_TABLES
)

NO_RULES = (
    "".join(
        f"DROP TRIGGER rules_do_not_change ON {table}; DROP TRIGGER rules_are_not_emptied ON {table};"
        for table in RULE_TABLES
    )
    + """
DROP TRIGGER rules_are_complete ON clients_screeningrule;
DROP TRIGGER rules_are_complete ON clients_bookingquestion;
DROP FUNCTION clients_rules_are_complete();
DROP FUNCTION clients_rules_do_not_change();
"""
)

RULE_EDITS = """
CREATE TRIGGER edits_do_not_change BEFORE UPDATE OR DELETE ON clients_ruleedit
    FOR EACH ROW EXECUTE FUNCTION clients_rules_do_not_change();
CREATE TRIGGER edits_are_not_emptied BEFORE TRUNCATE ON clients_ruleedit
    FOR EACH STATEMENT EXECUTE FUNCTION clients_rules_do_not_change();
"""
NO_RULE_EDITS = """
DROP TRIGGER edits_do_not_change ON clients_ruleedit;
DROP TRIGGER edits_are_not_emptied ON clients_ruleedit;
"""

FORMS = """
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

NO_FORMS = """
DROP TRIGGER forms_do_not_change ON clients_intakedefinition;
DROP TRIGGER forms_are_not_emptied ON clients_intakedefinition;
DROP TRIGGER submissions_do_not_change ON clients_intakesubmission;
DROP TRIGGER submissions_are_not_emptied ON clients_intakesubmission;
DROP FUNCTION clients_forms_do_not_change();
DROP FUNCTION clients_submissions_do_not_change();
"""


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("clients", "0002_rules_do_not_change"),
        ("clients", "0003_clients_are_found"),
        ("clients", "0004_intake"),
        ("clients", "0005_forms_do_not_change"),
    ]
    dependencies = [("clients", "0001_initial")]
    operations = [
        migrations.RunSQL(RULE_FUNCTIONS + RULE_TRIGGERS, NO_RULES),
        migrations.RunSQL(RULE_EDITS, NO_RULE_EDITS),
        migrations.RunSQL(FORMS + SUBMISSIONS, NO_FORMS),
    ]
