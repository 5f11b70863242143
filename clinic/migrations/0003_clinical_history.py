"""The database writes down every write to a clinical row (docs/decisions/0010)."""

from django.db import migrations

TX = """
ALTER TABLE clinic_historyentry
    ADD COLUMN tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX history_tx ON clinic_historyentry
    USING brin (tx) WITH (pages_per_range = 16, autosummarize = on);
"""
NO_TX = "ALTER TABLE clinic_historyentry DROP COLUMN tx;"

FUNCTIONS = """
CREATE TRIGGER history_only_added_to
    BEFORE UPDATE OR DELETE ON clinic_historyentry
    FOR EACH ROW EXECUTE FUNCTION clinic_only_added_to();
CREATE TRIGGER history_not_emptied
    BEFORE TRUNCATE ON clinic_historyentry
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_only_added_to();
CREATE TRIGGER history_text_not_emptied
    BEFORE TRUNCATE ON clinic_historytext
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_only_added_to();

-- Texts go with their client's key, and never before it.
CREATE FUNCTION clinic_history_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM clinic_historyentry
         WHERE client_id = OLD.client_id AND table_name = 'clients_clientkey'
           AND after ->> 'destroyed_at' IS NOT NULL
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is only added to: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER history_text_stays
    BEFORE UPDATE OR DELETE ON clinic_historytext
    FOR EACH ROW EXECUTE FUNCTION clinic_history_text_stays();

CREATE FUNCTION clinic_salted(salt uuid, name text, value jsonb) RETURNS text
    LANGUAGE sql IMMUTABLE AS $$
    SELECT 'salted:' || encode(sha256(convert_to(
        salt::text || ':' || name || ':' || COALESCE(value #>> '{}', ''), 'UTF8')), 'hex')
$$;

-- Arguments: the column that names the client; columns that name a person; columns never
-- written down; sealed columns; the only columns to write down, where it is not all.
CREATE FUNCTION clinic_write_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    personal text[] := TG_ARGV[1];
    hidden text[] := TG_ARGV[2];
    sealed text[] := TG_ARGV[3];
    kept text[] := TG_ARGV[4];
    was jsonb := '{}';
    is_now jsonb := '{}';
    whole jsonb;
    name text;
    text_was jsonb := '{}';
    text_is jsonb := '{}';
    the_salt uuid;
    entry bigint;
BEGIN
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN is_now := to_jsonb(NEW); END IF;
    whole := CASE TG_OP WHEN 'DELETE' THEN was ELSE is_now END;
    IF TG_OP = 'UPDATE' THEN
        SELECT COALESCE(jsonb_object_agg(key, was -> key), '{}'),
               COALESCE(jsonb_object_agg(key, value), '{}')
          INTO was, is_now
          FROM jsonb_each(is_now) WHERE was -> key IS DISTINCT FROM value;
    END IF;
    was := was - hidden;
    is_now := is_now - hidden;
    IF kept <> '{}' THEN
        was := was - ARRAY(SELECT key FROM jsonb_object_keys(was) key WHERE key <> ALL (kept));
        is_now := is_now
            - ARRAY(SELECT key FROM jsonb_object_keys(is_now) key WHERE key <> ALL (kept));
    END IF;
    IF was = '{}' AND is_now = '{}' THEN RETURN NULL; END IF;

    FOREACH name IN ARRAY sealed LOOP
        IF is_now ->> name IS NOT NULL THEN
            is_now := jsonb_set(is_now, ARRAY[name], to_jsonb('sha256:'
                || encode(sha256(convert_to(is_now ->> name, 'UTF8')), 'hex')));
        END IF;
    END LOOP;
    FOREACH name IN ARRAY personal LOOP
        IF was ? name OR is_now ? name THEN
            the_salt := COALESCE(the_salt, gen_random_uuid());
            IF was ? name THEN
                text_was := text_was || jsonb_build_object(name, was -> name);
                was := jsonb_set(
                    was, ARRAY[name], to_jsonb(clinic_salted(the_salt, name, was -> name)));
            END IF;
            IF is_now ? name THEN
                text_is := text_is || jsonb_build_object(name, is_now -> name);
                is_now := jsonb_set(
                    is_now, ARRAY[name], to_jsonb(clinic_salted(the_salt, name, is_now -> name)));
            END IF;
        END IF;
    END LOOP;

    INSERT INTO clinic_historyentry
           (at, table_name, row_id, operation, client_id, before, after, database_user)
    VALUES (clock_timestamp(), TG_TABLE_NAME, (whole ->> 'id')::bigint, TG_OP,
            (whole ->> TG_ARGV[0])::bigint, was, is_now, session_user)
    RETURNING id INTO entry;
    IF the_salt IS NOT NULL THEN
        INSERT INTO clinic_historytext (entry_id, client_id, salt, before, after)
        VALUES (entry, (whole ->> TG_ARGV[0])::bigint, the_salt, text_was, text_is);
    END IF;
    RETURN NULL;
END $$;

-- Keep the history of a table from now on; call it again when the table gets a sealed column.
-- inserts: false where a row itself tells all of its making, so that only changes are news.
CREATE FUNCTION clinic_keep_history(
    target regclass, client_column text DEFAULT 'client_id', personal text[] DEFAULT '{}',
    hidden text[] DEFAULT '{}', kept text[] DEFAULT '{}', inserts boolean DEFAULT true
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    sealed text[] := ARRAY(
        SELECT attname FROM pg_attribute
         WHERE attrelid = target AND attnum > 0 AND NOT attisdropped
           AND atttypid = 'bytea'::regtype AND attname <> ALL (hidden));
    changed text := 'OLD.* IS DISTINCT FROM NEW.*';
    call text := format('EXECUTE FUNCTION clinic_write_history(%L, %L, %L, %L, %L)',
        client_column, personal, hidden, sealed, kept);
BEGIN
    IF kept <> '{}' THEN
        SELECT string_agg(format('OLD.%I IS DISTINCT FROM NEW.%I', name, name), ' OR ')
          INTO changed FROM unnest(kept) name;
    END IF;
    EXECUTE format('DROP TRIGGER IF EXISTS history_insert ON %s', target);
    EXECUTE format('DROP TRIGGER IF EXISTS history_update ON %s', target);
    EXECUTE format('DROP TRIGGER IF EXISTS history_delete ON %s', target);
    EXECUTE format('DROP TRIGGER IF EXISTS history_truncate ON %s', target);
    IF inserts THEN
        EXECUTE format('CREATE TRIGGER history_insert AFTER INSERT ON %s FOR EACH ROW '
            'WHEN (NEW.%I IS NOT NULL) %s', target, client_column, call);
    END IF;
    EXECUTE format('CREATE TRIGGER history_update AFTER UPDATE ON %s FOR EACH ROW '
        'WHEN (%s) %s', target, changed, call);
    EXECUTE format('CREATE TRIGGER history_delete AFTER DELETE ON %s FOR EACH ROW '
        'WHEN (OLD.%I IS NOT NULL) %s', target, client_column, call);
    EXECUTE format('CREATE TRIGGER history_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT '
        'EXECUTE FUNCTION clinic_only_added_to()', target);
END $$;

CREATE FUNCTION clinic_keep_no_history(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS history_insert ON %s', target);
    EXECUTE format('DROP TRIGGER IF EXISTS history_update ON %s', target);
    EXECUTE format('DROP TRIGGER IF EXISTS history_delete ON %s', target);
    EXECUTE format('DROP TRIGGER IF EXISTS history_truncate ON %s', target);
END $$;
"""

NO_FUNCTIONS = """
DROP FUNCTION clinic_keep_no_history(regclass);
DROP FUNCTION clinic_keep_history(regclass, text, text[], text[], text[], boolean);
DROP FUNCTION clinic_write_history();
DROP FUNCTION clinic_salted(uuid, text, jsonb);
DROP TRIGGER history_text_stays ON clinic_historytext;
DROP FUNCTION clinic_history_text_stays();
DROP TRIGGER history_text_not_emptied ON clinic_historytext;
DROP TRIGGER history_not_emptied ON clinic_historyentry;
DROP TRIGGER history_only_added_to ON clinic_historyentry;
"""


class Migration(migrations.Migration):
    # Databases that have all of these have this one too.
    replaces = [
        ("clinic", "0005_logins"),
        ("clinic", "0006_address_proofs"),
        ("clinic", "0007_look"),
        ("clinic", "0008_history"),
        ("clinic", "0009_pin"),
        ("clinic", "0010_opening_records"),
        ("clinic", "0011_public_ids"),
        ("clinic", "0012_record_is_kept"),
        ("clinic", "0013_devices_are_handed_over"),
    ]
    dependencies = [("clinic", "0002_logs_are_only_added_to")]
    operations = [
        migrations.RunSQL(TX, NO_TX),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
    ]
