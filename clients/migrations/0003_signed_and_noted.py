"""What was signed is never changed, deleted or signed under another text than the one it names; what
was noted never changes.
"""

from django.db import migrations

# Table -> the columns that change when a row moves to another client: it is sealed with their key.
SIGNED = {
    "clients_consentgiven": "signature, circumstances",
    "clients_consentwithdrawn": "reason",
    "clients_consentstillyes": "",
}

CONSENT_FUNCTIONS = """
CREATE FUNCTION clients_consents_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving text[] := ARRAY['client_id'] || string_to_array(COALESCE(TG_ARGV[0], ''), ', ');
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS = 1
        AND current_setting('jade.moving_client', true) = 'on'
        AND to_jsonb(NEW) - moving = to_jsonb(OLD) - moving
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What was agreed to is never changed; it is withdrawn or signed anew.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'consents_do_not_change';
END $$;

CREATE FUNCTION clients_consent_names_its_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM clients_consentdocument
         WHERE id = NEW.document_id AND digest = NEW.digest AND published_at <= NEW.at
    ) THEN
        RAISE EXCEPTION 'A consent names the hash of a text that was published when it was signed.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'consent_names_its_text';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION clients_consent_is_the_clients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM clients_consentgiven
         WHERE id = NEW.consent_id AND client_id = NEW.client_id AND at <= NEW.at
    ) THEN
        RAISE EXCEPTION 'A consent is withdrawn or confirmed by the client who gave it, afterwards.'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'consent_is_the_clients';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consent_names_its_text BEFORE INSERT ON clients_consentgiven
    FOR EACH ROW EXECUTE FUNCTION clients_consent_names_its_text();
CREATE TRIGGER consent_is_the_clients BEFORE INSERT ON clients_consentwithdrawn
    FOR EACH ROW EXECUTE FUNCTION clients_consent_is_the_clients();
CREATE TRIGGER consent_is_the_clients BEFORE INSERT ON clients_consentstillyes
    FOR EACH ROW EXECUTE FUNCTION clients_consent_is_the_clients();
CREATE TRIGGER consents_do_not_change BEFORE UPDATE OR DELETE ON clients_consentdocument
    FOR EACH ROW EXECUTE FUNCTION clients_consents_do_not_change();
CREATE TRIGGER consents_are_not_emptied BEFORE TRUNCATE ON clients_consentdocument
    FOR EACH STATEMENT EXECUTE FUNCTION clients_consents_do_not_change();
"""

CONSENT_TRIGGERS = "".join(
    f"""
CREATE TRIGGER consents_do_not_change BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION clients_consents_do_not_change('{columns}');
CREATE TRIGGER consents_are_not_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION clients_consents_do_not_change();
"""
    for table, columns in SIGNED.items()
)

NO_CONSENTS = (
    "".join(
        f"DROP TRIGGER consents_do_not_change ON {table}; DROP TRIGGER consents_are_not_emptied ON {table};"
        for table in ("clients_consentdocument", *SIGNED)
    )
    + """
DROP TRIGGER consent_names_its_text ON clients_consentgiven;
DROP TRIGGER consent_is_the_clients ON clients_consentwithdrawn;
DROP TRIGGER consent_is_the_clients ON clients_consentstillyes;
DROP FUNCTION clients_consent_is_the_clients();
DROP FUNCTION clients_consent_names_its_text();
DROP FUNCTION clients_consents_do_not_change();
"""
)

# The row changes hands, and nothing else of it, when two records turn out to be one.
CONSENT_EVENTS = """
CREATE TRIGGER consents_do_not_change BEFORE UPDATE OR DELETE ON clients_consentevent
    FOR EACH ROW EXECUTE FUNCTION clients_consents_do_not_change('');
CREATE TRIGGER consents_are_not_emptied BEFORE TRUNCATE ON clients_consentevent
    FOR EACH STATEMENT EXECUTE FUNCTION clients_consents_do_not_change();
"""
NO_CONSENT_EVENTS = """
DROP TRIGGER consents_do_not_change ON clients_consentevent;
DROP TRIGGER consents_are_not_emptied ON clients_consentevent;
"""

# A row changes hands, and nothing else of it, when two records turn out to be one.
NOTES = """
CREATE FUNCTION clients_notes_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('jade.moving_client', true) = 'on'
        AND to_jsonb(NEW) - 'client_id' = to_jsonb(OLD) - 'client_id'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'A note never changes; another note puts it right.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'notes_do_not_change';
END $$;

CREATE TRIGGER notes_do_not_change BEFORE UPDATE OR DELETE ON clients_clientnote
    FOR EACH ROW EXECUTE FUNCTION clients_notes_do_not_change();
CREATE TRIGGER notes_are_not_emptied BEFORE TRUNCATE ON clients_clientnote
    FOR EACH STATEMENT EXECUTE FUNCTION clients_notes_do_not_change();
"""
NO_NOTES = """
DROP TRIGGER notes_do_not_change ON clients_clientnote;
DROP TRIGGER notes_are_not_emptied ON clients_clientnote;
DROP FUNCTION clients_notes_do_not_change();
"""


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("clients", "0006_consents"),
        ("clients", "0007_consents_do_not_change"),
        ("clients", "0008_client_logins"),
        ("clients", "0009_photos_and_documents"),
        ("clients", "0010_client_notes"),
    ]
    dependencies = [("clients", "0002_published_and_sent")]
    operations = [
        migrations.RunSQL(CONSENT_FUNCTIONS + CONSENT_TRIGGERS, NO_CONSENTS),
        migrations.RunSQL(CONSENT_EVENTS, NO_CONSENT_EVENTS),
        migrations.RunSQL(NOTES, NO_NOTES),
    ]
