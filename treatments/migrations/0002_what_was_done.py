"""What was done in a session, what became of a plan and what was noted stays as it was written;
after the signature nothing joins a session.
"""

from django.db import migrations

# A row changes hands, and nothing else of it, when two records turn out to be one.
SESSIONS = """
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

NO_SESSIONS = """
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

PLANS = """
-- A row changes hands, and nothing else of it, when two records turn out to be one.
CREATE FUNCTION treatments_plan_events_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('jade.moving_client', true) = 'on'
        AND to_jsonb(NEW) - '{client_id,reason}'::text[] = to_jsonb(OLD) - '{client_id,reason}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What became of a plan is never changed; it goes on to its next state.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'plan_events_do_not_change';
END $$;

CREATE FUNCTION treatments_plan_event_is_the_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM treatments_plan WHERE id = NEW.plan_id AND client_id = NEW.client_id
    ) OR (NEW.consent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM clients_consentgiven
         WHERE id = NEW.consent_id AND client_id = NEW.client_id AND at <= NEW.at
    )) THEN
        RAISE EXCEPTION 'A plan is agreed to by its own client, by what they signed before.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'plan_event_is_the_clients';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER plan_events_do_not_change BEFORE UPDATE OR DELETE ON treatments_planevent
    FOR EACH ROW EXECUTE FUNCTION treatments_plan_events_do_not_change();
CREATE TRIGGER plan_events_are_not_emptied BEFORE TRUNCATE ON treatments_planevent
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_plan_events_do_not_change();
CREATE TRIGGER plan_event_is_the_clients BEFORE INSERT ON treatments_planevent
    FOR EACH ROW EXECUTE FUNCTION treatments_plan_event_is_the_clients();
SELECT clinic_keep_history('treatments_plan');
"""
NO_PLANS = """
SELECT clinic_keep_no_history('treatments_plan');
DROP TRIGGER plan_event_is_the_clients ON treatments_planevent;
DROP TRIGGER plan_events_are_not_emptied ON treatments_planevent;
DROP TRIGGER plan_events_do_not_change ON treatments_planevent;
DROP FUNCTION treatments_plan_event_is_the_clients();
DROP FUNCTION treatments_plan_events_do_not_change();
"""

EVENT_NOTES = """
CREATE TRIGGER does_not_change BEFORE UPDATE OR DELETE ON treatments_eventnote
    FOR EACH ROW EXECUTE FUNCTION treatments_does_not_change();
CREATE TRIGGER is_not_emptied BEFORE TRUNCATE ON treatments_eventnote
    FOR EACH STATEMENT EXECUTE FUNCTION treatments_does_not_change();
"""
NO_EVENT_NOTES = """
DROP TRIGGER is_not_emptied ON treatments_eventnote;
DROP TRIGGER does_not_change ON treatments_eventnote;
"""


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("treatments", "0002_session_records"),
        ("treatments", "0003_what_was_done_does_not_change"),
        ("treatments", "0004_plans"),
        ("treatments", "0005_points"),
        ("treatments", "0006_event_notes"),
    ]
    dependencies = [("treatments", "0001_initial"), ("clinic", "0003_clinical_history")]
    operations = [
        migrations.RunSQL(SESSIONS, NO_SESSIONS),
        migrations.RunSQL(PLANS, NO_PLANS),
        migrations.RunSQL(EVENT_NOTES, NO_EVENT_NOTES),
    ]
