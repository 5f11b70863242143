"""Published safety rules never change: an answer must always be readable beside its rules."""

from django.db import migrations

TABLES = ("clients_ruleset", "clients_screeningrule", "clients_bookingquestion")

FUNCTIONS = """
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

TRIGGERS = "".join(
    f"""
CREATE TRIGGER rules_do_not_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION clients_rules_do_not_change();
CREATE TRIGGER rules_are_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION clients_rules_do_not_change();
"""
    for table in TABLES
)

UNDO = "".join(
    f"DROP TRIGGER rules_do_not_change ON {table}; DROP TRIGGER rules_are_not_emptied ON {table};"
    for table in TABLES
) + """
DROP TRIGGER rules_are_complete ON clients_screeningrule;
DROP TRIGGER rules_are_complete ON clients_bookingquestion;
DROP FUNCTION clients_rules_are_complete();
DROP FUNCTION clients_rules_do_not_change();
"""


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_initial")]

    operations = [migrations.RunSQL(FUNCTIONS + TRIGGERS, UNDO)]
