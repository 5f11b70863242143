"""Clients are found by any part of a name, number or address; what is sent may be told instead."""

import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.db import migrations, models


# Both functions stand by themselves (they call none of ours), so that a restored dump can build
# the column and its index before anything else is there.
FUNCTIONS = r"""
-- The name without marks and with plain letters, the address, the digits of the number; one line
-- each. A name begins after a space, as each of its words does.
CREATE FUNCTION clients_search_text(name_key text, email text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ' ' || btrim(regexp_replace(
               translate(
                   replace(replace(replace(name_key, 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
                   'łøđıðŧħ-_.,/()''’`ʼ',
                   'lodidth       '
               ), '\s+', ' ', 'g'
           )) || E'\n' || email || E'\n' || substr(phone, 2)
$$;

-- All groups of three characters, and of two where a word begins.
CREATE FUNCTION clients_letter_groups(search_text text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    found text[] := '{}';
BEGIN
    -- Twice as fast as one query over generate_series: a newcomer's booking waits for it.
    FOR at IN 1 .. length(search_text) - 1 LOOP
        found := found || substr(search_text, at, 3);
        IF substr(search_text, at, 1) = ' ' THEN
            found := found || substr(search_text, at, 2);
        END IF;
    END LOOP;
    RETURN found;
END $$;
"""
GONE = """
DROP FUNCTION clients_letter_groups(text);
DROP FUNCTION clients_search_text(text, text, text);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('clients', '0002_rules_do_not_change'),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, GONE),
        migrations.AddField(
            model_name='client',
            name='search_text',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('name_key'), models.F('email'), models.F('phone'), function='clients_search_text'), output_field=models.TextField()),
        ),
        migrations.AlterField(
            model_name='message',
            name='status',
            field=models.CharField(choices=[('PLANNED', 'Planned'), ('SENDING', 'Being sent'), ('SENT', 'Sent'), ('WITHDRAWN', 'Withdrawn'), ('SUPPRESSED', 'Not sent, on purpose'), ('TOLD', 'Told in person'), ('EXPIRED', 'Too late to send'), ('FAILED', 'Failed')], default='PLANNED', max_length=10),
        ),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(django.db.models.functions.comparison.Collate('search_text', 'C'), name='client_search_start'),
        ),
        migrations.AddIndex(
            model_name='client',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('search_text'), function='clients_letter_groups'), gin_pending_list_limit=256, name='client_search'),
        ),
    ]
