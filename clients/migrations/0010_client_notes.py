"""A practitioner's notes about a client; they never change."""

from __future__ import annotations

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import clients.sealing

# A row changes hands, and nothing else of it, when two records turn out to be one.
NEVER_CHANGE = """
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
UNDO = """
DROP TRIGGER notes_do_not_change ON clients_clientnote;
DROP TRIGGER notes_are_not_emptied ON clients_clientnote;
DROP FUNCTION clients_notes_do_not_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("clients", "0009_photos_and_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                ("text", clients.sealing.SealedText(verbose_name="note")),
                ("author", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("client", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="clients.client")),
            ],
            options={
                "indexes": [models.Index(fields=["client", "-at"], name="client_note_newest")],
            },
        ),
        migrations.RunSQL(NEVER_CHANGE, UNDO),
    ]
