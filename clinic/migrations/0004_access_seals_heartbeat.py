"""Who looked at what, the chain of seals over both logs, and when what recurs last did.

`tx` is the number of the transaction that added a row. The database fills it in and no model
knows it: a seal takes the rows whose transactions have all ended (see `clinic/seals.py`).
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TX = """
ALTER TABLE {table} ADD COLUMN tx bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX {name}_tx ON {table} USING brin (tx) WITH (pages_per_range = 16, autosummarize = on);
"""
NO_TX = "ALTER TABLE {table} DROP COLUMN tx;"

GUARD = """
CREATE TRIGGER {name}_only_added_to
    BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION clinic_only_added_to();
CREATE TRIGGER {name}_not_emptied
    BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION clinic_only_added_to();
"""
NO_GUARD = """
DROP TRIGGER {name}_not_emptied ON {table};
DROP TRIGGER {name}_only_added_to ON {table};
"""


def sql(forwards, backwards, table, name):
    return migrations.RunSQL(
        forwards.format(table=table, name=name), backwards.format(table=table, name=name)
    )


class Migration(migrations.Migration):
    dependencies = [("clinic", "0003_rate_limits")]
    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(choices=[("BEAT", "the clock's tick, carried out by the worker"), ("BACKUP", "the scheduled backup")], max_length=10, primary_key=True, serialize=False)),
                ("tried_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("name__in", ["BEAT", "BACKUP"])), name="heartbeat_name_known")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("from_tx", models.BigIntegerField()),
                ("until_tx", models.BigIntegerField()),
                ("audit_above", models.BigIntegerField()),
                ("audit_last", models.BigIntegerField()),
                ("audit_rows", models.BigIntegerField()),
                ("access_above", models.BigIntegerField()),
                ("access_last", models.BigIntegerField()),
                ("access_rows", models.BigIntegerField()),
                ("contents", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("from_tx__lte", models.F("until_tx")), ("number__gte", 1)), name="seal_forwards")],
            },
        ),
        migrations.CreateModel(
            name="AccessEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor_label", models.CharField(max_length=120)),
                ("what", models.CharField(max_length=40)),
                ("about", models.CharField(max_length=80)),
                ("whose", models.CharField(blank=True, max_length=80)),
                ("request_id", models.CharField(max_length=36)),
                ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name_plural": "access entries",
                "indexes": [models.Index(fields=["whose", "at"], name="access_whose")],
                "constraints": [models.CheckConstraint(condition=models.Q(("what__regex", "^[A-Z][A-Z_]*$")), name="access_what_is_a_code")],
            },
        ),
        sql(TX, NO_TX, "clinic_auditentry", "audit"),
        sql(TX, NO_TX, "clinic_accessentry", "access"),
        sql(GUARD, NO_GUARD, "clinic_accessentry", "access"),
        sql(GUARD, NO_GUARD, "clinic_seal", "seal"),
    ]
