import clients.sealing
import datetime
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import uuid
from django.conf import settings
from django.db import migrations, models


# Both functions stand by themselves (they call none of ours), so that a restored dump can build
# the column and its index before anything else is there.
SEARCH = r"""
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
NO_SEARCH = """
DROP FUNCTION clients_letter_groups(text);
DROP FUNCTION clients_search_text(text, text, text);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clinic", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(SEARCH, NO_SEARCH),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("name_key", models.CharField(editable=False, max_length=240)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=16, verbose_name="phone")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PROVISIONAL", "Provisional"),
                            ("ACTIVE", "Active"),
                            ("MERGED", "Merged into another"),
                            ("ERASED", "Erased"),
                        ],
                        default="PROVISIONAL",
                        max_length=12,
                    ),
                ),
                (
                    "language",
                    models.CharField(default="en-ca", max_length=10, verbose_name="language"),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="clients.client",
                    ),
                ),
                (
                    "search_text",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            models.F("name_key"),
                            models.F("email"),
                            models.F("phone"),
                            function="clients_search_text",
                        ),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("email", ""), _negated=True),
                        fields=["email"],
                        name="client_email",
                    ),
                    models.Index(
                        condition=models.Q(("phone", ""), _negated=True),
                        fields=["phone"],
                        name="client_phone",
                    ),
                    models.Index(fields=["name_key"], name="client_name_key"),
                    models.Index(
                        django.db.models.functions.comparison.Collate("search_text", "C"),
                        name="client_search_start",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        models.Func(models.F("search_text"), function="clients_letter_groups"),
                        gin_pending_list_limit=256,
                        name="client_search",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="client_has_name"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone", ""),
                            ("phone__regex", "^\\+[1-9][0-9]{5,14}$"),
                            _connector="OR",
                        ),
                        name="client_phone_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("status", "MERGED")),
                            models.Q(
                                models.Q(("status", "MERGED"), _negated=True),
                                ("merged_into__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="client_merged_has_survivor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into__isnull", True),
                            models.Q(("merged_into", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="client_not_merged_into_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ERASED"), _negated=True),
                            models.Q(("email", ""), ("name_key", ""), ("phone", "")),
                            _connector="OR",
                        ),
                        name="client_erased_is_nobody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DuplicateProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "newcomer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="clients.client",
                    ),
                ),
                (
                    "known",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposed_for",
                        to="clients.client",
                    ),
                ),
                ("matched_on", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("MERGED", "Merged"),
                            ("DIFFERENT", "Different people"),
                        ],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "OPEN")),
                        fields=["-created_at"],
                        name="duplicate_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("newcomer", "known"), name="duplicate_proposed_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("newcomer", models.F("known")), _negated=True),
                        name="duplicate_not_of_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactConsent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_consents",
                        to="clients.client",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "e-mail"), ("SMS", "text message")], max_length=5
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        choices=[("CARE", "care"), ("MARKETING", "marketing")], max_length=9
                    ),
                ),
                ("granted", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("source", models.CharField(max_length=20)),
                (
                    "wording",
                    models.CharField(
                        help_text="Version of the text that was agreed to.", max_length=20
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["client", "channel", "purpose", "-at"], name="consent_newest"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("TREATMENT", "Treatment"), ("PHOTO", "Photos")], max_length=12
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("number", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=160)),
                ("intro", models.TextField(blank=True)),
                ("items", models.JSONField()),
                ("months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("asks_again", models.BooleanField()),
                ("digest", models.CharField(max_length=64)),
                ("source", models.CharField(max_length=120)),
                ("published_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "language", "number"), name="consent_text_numbered_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="consent_text_numbered_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["TREATMENT", "PHOTO"])),
                        name="consent_text_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="consent_text_digest_sha256",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("months__isnull", True),
                            models.Q(("months__gte", 1), ("months__lte", 120)),
                            _connector="OR",
                        ),
                        name="consent_text_months_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentGiven",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.UUIDField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents_given",
                        to="clients.client",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given",
                        to="clients.consentdocument",
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("choices", models.JSONField()),
                (
                    "method",
                    models.CharField(
                        choices=[("DRAWN", "drawn by hand"), ("TYPED", "name typed")], max_length=6
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("SELF", "For myself"),
                            ("PARENT", "As a parent"),
                            ("GUARDIAN", "As a guardian"),
                            ("DECIDES_FOR", "As a person who decides for them"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("LINK", "by the client's own link"),
                            ("TABLET", "on the clinic's tablet"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="witnessed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=80)),
                ("signature", clients.sealing.SealedJSON()),
                ("circumstances", clients.sealing.SealedJSON()),
                ("time_zone", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["client", "-at"], name="consent_of_client")],
                "constraints": [
                    models.UniqueConstraint(fields=("client", "key"), name="consent_once_a_form"),
                    models.CheckConstraint(
                        condition=models.Q(("method__in", ["DRAWN", "TYPED"])),
                        name="consent_method_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("relation__in", ["SELF", "PARENT", "GUARDIAN", "DECIDES_FOR"])
                        ),
                        name="consent_relation_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("place", "LINK"), ("witness__isnull", True)),
                            models.Q(("place", "TABLET"), ("witness__isnull", False)),
                            _connector="OR",
                        ),
                        name="consent_on_tablet_has_witness",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("time_zone", ""), _negated=True),
                        name="consent_has_zone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentWithdrawn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consents_withdrawn",
                        to="clients.client",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawals",
                        to="clients.consentgiven",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", clients.sealing.SealedText()),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("consent",), name="consent_withdrawn_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentStillYes",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="still_yes",
                        to="clients.client",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="still_yes",
                        to="clients.consentgiven",
                    ),
                ),
                ("about", models.CharField(max_length=80)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("about",), name="still_yes_once_a_visit"),
                    models.CheckConstraint(
                        condition=models.Q(("about", ""), _negated=True),
                        name="still_yes_names_a_visit",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_events",
                        to="clients.client",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("NEW_PLAN", "New plan"),
                            ("NEW_RISK", "New risk"),
                            ("NEW_TECHNIQUE", "New technique"),
                            ("CAPACITY_CHANGED", "Who decides has changed"),
                        ],
                        max_length=16,
                    ),
                ),
                ("about", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["client", "at"], name="consent_event_of_client")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "reason__in",
                                ["CAPACITY_CHANGED", "NEW_PLAN", "NEW_RISK", "NEW_TECHNIQUE"],
                            )
                        ),
                        name="consent_event_reason_known",
                    ),
                    models.UniqueConstraint(fields=("about", "reason"), name="consent_event_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentLink",
            fields=[
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="consent_link",
                        serialize=False,
                        to="clients.client",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="consent_link_from_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.UUIDField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_requests",
                        to="clients.client",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("CORRECTION", "Correction"), ("ERASURE", "Erasure")],
                        max_length=10,
                    ),
                ),
                ("words", clients.sealing.SealedText()),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "Waiting"), ("DONE", "Done"), ("DECLINED", "Declined")],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "OPEN")),
                        fields=["asked_at"],
                        name="data_request_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("client", "key"), name="data_request_once_a_form"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("kind", "ERASURE"), ("state", "OPEN")),
                        fields=("client",),
                        name="data_request_one_erasure",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["CORRECTION", "ERASURE"])),
                        name="data_request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                                ("state", "OPEN"),
                            ),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("state__in", ["DONE", "DECLINED"]),
                            ),
                            _connector="OR",
                        ),
                        name="data_request_open_or_answered",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeDefinition",
            fields=[
                ("version", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("published_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64)),
                ("source", models.CharField(max_length=200)),
                ("document", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="intake_definition_version_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="intake_definition_digest_sha256",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake_requests",
                        to="clients.client",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("FULL", "Health form"), ("WHAT_CHANGED", "What changed")],
                        max_length=12,
                    ),
                ),
                ("about", models.CharField(blank=True, max_length=80)),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("page_digest", models.CharField(max_length=64, unique=True)),
                ("valid_until", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["about"], name="intake_request_about")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["FULL", "WHAT_CHANGED"])),
                        name="intake_request_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("created_at"))),
                        name="intake_request_forwards",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("client", "about"),
                        name="intake_one_open_request",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="legal_holds",
                        to="clients.client",
                    ),
                ),
                ("reason", clients.sealing.SealedText(verbose_name="reason")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("client",),
                        name="legal_hold_one_holds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("ended_by__isnull", True)),
                            models.Q(
                                ("ended_at__gte", models.F("at")), ("ended_by__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="legal_hold_holds_or_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasures",
                        to="clients.client",
                    ),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("TIME_OVER", "The time it must be kept is over"),
                            ("BY_MISTAKE", "The record was made by mistake, nobody was treated"),
                            ("NO_DUTY", "The client asks, and no law makes us keep it"),
                            ("ORDERED", "A court or an authority orders it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", clients.sealing.SealedText()),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("STOPPED", "Stopped"),
                            ("ERASED", "Erased"),
                        ],
                        default="WAITING",
                        max_length=7,
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "WAITING")),
                        fields=("client",),
                        name="erasure_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ground__in", ["TIME_OVER", "BY_MISTAKE", "NO_DUTY", "ORDERED"])
                        ),
                        name="erasure_ground_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("state", "WAITING"),
                            ),
                            models.Q(
                                ("ended_at__gte", models.F("proposed_at")),
                                ("ended_by__isnull", False),
                                ("state__in", ["STOPPED", "ERASED"]),
                            ),
                            _connector="OR",
                        ),
                        name="erasure_waits_or_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_by", models.F("proposed_by")),
                                ("state", "ERASED"),
                                _negated=True,
                            ),
                            (
                                "ended_at__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("proposed_at"),
                                    "+",
                                    models.Value(datetime.timedelta(days=7)),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="erasure_by_two_or_later",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientLogin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="client_logins",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="logins",
                        to="clients.client",
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("SELF", "Themselves"),
                            ("PARENT", "Parent or guardian"),
                            ("PARTNER", "Partner"),
                            ("CARER", "Carer"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("NUMBER", "Address and phone number"),
                            ("BOOKING", "A booking's link and phone number"),
                            ("CLINIC", "By the clinic"),
                        ],
                        max_length=8,
                    ),
                ),
                ("is_pending", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("user", "client"),
                        name="client_login_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("relation", "SELF")),
                        fields=("user",),
                        name="client_login_one_self",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("relation__in", ["SELF", "PARENT", "PARTNER", "CARER"])
                        ),
                        name="client_login_relation_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("how__in", ["NUMBER", "BOOKING", "CLINIC"])),
                        name="client_login_how_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_pending", False), ("how", "CLINIC"), _connector="OR"
                        ),
                        name="client_login_only_desk_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("made_at")),
                            _connector="OR",
                        ),
                        name="client_login_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="clients.client",
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REPLACED", "Replaced by a better one"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "view",
                    models.CharField(
                        choices=[
                            ("FRONT_REST", "Front, at rest"),
                            ("OBLIQUE_L", "45 degrees, left"),
                            ("OBLIQUE_R", "45 degrees, right"),
                            ("PROFILE_L", "90 degrees, left"),
                            ("PROFILE_R", "90 degrees, right"),
                            ("FRONT_BROW_UP", "Front, brows raised"),
                            ("FRONT_FROWN", "Front, frown"),
                            ("FRONT_SMILE", "Front, smile"),
                            ("EYES_CLOSE", "Eyes close-up"),
                            ("NECK", "Neck"),
                        ],
                        max_length=16,
                        verbose_name="view",
                    ),
                ),
                (
                    "milestone",
                    models.CharField(
                        choices=[
                            ("BASELINE", "Before the series"),
                            ("MID", "Midway"),
                            ("END", "End of the series"),
                            ("OTHER", "Other"),
                        ],
                        max_length=10,
                        verbose_name="moment",
                    ),
                ),
                ("taken_on", models.DateField(verbose_name="taken on")),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("thumb_name", models.CharField(max_length=120, unique=True)),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="clients.photo",
                    ),
                ),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["client", "view", "-taken_on"], name="photo_of_client")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("size__gte", 1)),
                        name="photo_file_is_measured",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("ending", ""),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ending__in", ["REPLACED", "WITHDRAWN"]),
                            ),
                            _connector="OR",
                        ),
                        name="photo_stands_or_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                            models.Q(
                                ("ending", ""),
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="photo_released_while_it_stands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ending", "")),
                        fields=("client", "sha256"),
                        name="photo_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "view__in",
                                [
                                    "FRONT_REST",
                                    "OBLIQUE_L",
                                    "OBLIQUE_R",
                                    "PROFILE_L",
                                    "PROFILE_R",
                                    "FRONT_BROW_UP",
                                    "FRONT_FROWN",
                                    "FRONT_SMILE",
                                    "EYES_CLOSE",
                                    "NECK",
                                ],
                            )
                        ),
                        name="photo_view_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("milestone__in", ["BASELINE", "MID", "END", "OTHER"])),
                        name="photo_milestone_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("height__gte", 64),
                            ("height__lte", 3000),
                            ("width__gte", 64),
                            ("width__lte", 3000),
                        ),
                        name="photo_size_within_limits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ending", "REPLACED"), ("replaced_by__isnull", False)),
                            models.Q(
                                models.Q(("ending", "REPLACED"), _negated=True),
                                ("replaced_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="photo_replaced_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaced_by__isnull", True),
                            models.Q(("replaced_by", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="photo_not_replaced_by_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)ss",
                        to="clients.client",
                    ),
                ),
                ("name", models.CharField(max_length=120, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REPLACED", "Replaced by a better one"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PAPER_CHART", "Old paper chart"),
                            ("LETTER", "Letter"),
                            ("RESULT", "Result"),
                            ("OTHER", "Other"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "dated",
                    models.DateField(blank=True, null=True, verbose_name="date on the paper"),
                ),
                (
                    "media_type",
                    models.CharField(
                        choices=[("application/pdf", "PDF"), ("image/jpeg", "Picture")],
                        max_length=20,
                    ),
                ),
                ("title", clients.sealing.SealedText()),
                ("original_name", clients.sealing.SealedText()),
            ],
            options={
                "abstract": False,
                "indexes": [
                    models.Index(fields=["client", "-added_at"], name="document_of_client")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$"), ("size__gte", 1)),
                        name="document_file_is_measured",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("ending", ""),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ending__in", ["REPLACED", "WITHDRAWN"]),
                            ),
                            _connector="OR",
                        ),
                        name="document_stands_or_ended",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at__isnull", True), ("released_by__isnull", True)),
                            models.Q(
                                ("ending", ""),
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="document_released_while_it_stands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ending", "")),
                        fields=("client", "sha256"),
                        name="document_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["PAPER_CHART", "LETTER", "RESULT", "OTHER"])
                        ),
                        name="document_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "PAPER_CHART"), _negated=True),
                            ("dated__isnull", False),
                            _connector="OR",
                        ),
                        name="document_chart_has_date",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("media_type__in", ["application/pdf", "image/jpeg"])),
                        name="document_type_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ending", "REPLACED"), _negated=True),
                        name="document_is_not_replaced",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("dedupe_key", models.CharField(max_length=160)),
                ("about", models.CharField(max_length=80)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="clients.client",
                    ),
                ),
                ("staff_email", models.EmailField(blank=True, max_length=254)),
                ("kind", models.CharField(max_length=30)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("CARE", "care"), ("MARKETING", "marketing")],
                        default="CARE",
                        max_length=9,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("EMAIL", "e-mail"), ("SMS", "text message")], max_length=5
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("PLANNED", "Planned"),
                            ("SENDING", "Being sent"),
                            ("SENT", "Sent"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("SUPPRESSED", "Not sent, on purpose"),
                            ("TOLD", "Told in person"),
                            ("EXPIRED", "Too late to send"),
                            ("FAILED", "Failed"),
                        ],
                        default="PLANNED",
                        max_length=10,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, help_text="Why it ended as it did.", max_length=60
                    ),
                ),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "carries",
                    models.CharField(
                        blank=True,
                        help_text="What of its thing it tells, in the words of that thing's planner; as planned, then as sent. Two messages that carry the same tell nothing new.",
                        max_length=60,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "PLANNED")),
                        fields=["due_at", "id"],
                        name="message_due",
                    ),
                    models.Index(
                        condition=models.Q(("status", "SENDING")),
                        fields=["claimed_at"],
                        name="message_in_flight",
                    ),
                    models.Index(fields=["about"], name="message_about"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "WITHDRAWN"), _negated=True),
                        fields=("dedupe_key",),
                        name="message_once_a_purpose",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("client__isnull", False),
                            models.Q(("staff_email", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="message_has_recipient",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "SENT"), _negated=True),
                            ("sent_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_sent_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "SENDING"), _negated=True),
                            ("claimed_at__isnull", False),
                            _connector="OR",
                        ),
                        name="message_sending_has_claim",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="clients.client",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("text", clients.sealing.SealedText(verbose_name="note")),
            ],
            options={
                "indexes": [models.Index(fields=["client", "-at"], name="client_note_newest")],
            },
        ),
        migrations.CreateModel(
            name="RecordOpening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="clients.client",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("reason", clients.sealing.SealedText(verbose_name="reason")),
                ("withheld", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client", "user", "-until"], name="opening_of_client"),
                    models.Index(fields=["-at"], name="opening_newest"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))), name="opening_forwards"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Withholding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withholdings",
                        to="clients.client",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["client", "user"],
                        name="withholding_holds",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("at")),
                            _connector="OR",
                        ),
                        name="withholding_forwards",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_proposals",
                        to="clients.client",
                    ),
                ),
                ("said", clients.sealing.SealedJSON()),
                ("made_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Waiting"),
                            ("TAKEN", "Taken over"),
                            ("LEFT", "Left"),
                            ("REPLACED", "Replaced by a newer form's"),
                        ],
                        default="OPEN",
                        max_length=8,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "OPEN")),
                        fields=("client",),
                        name="contact_proposal_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("ended_by__isnull", True),
                                ("state", "OPEN"),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", True),
                                ("state", "REPLACED"),
                            ),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("state__in", ["TAKEN", "LEFT"]),
                            ),
                            _connector="OR",
                        ),
                        name="contact_proposal_open_or_ended",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("version", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("published_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("why", models.TextField(blank=True, default="")),
                ("digest", models.CharField(max_length=64)),
                ("source", models.CharField(max_length=200)),
                ("rule_count", models.PositiveSmallIntegerField()),
                ("question_count", models.PositiveSmallIntegerField()),
                ("texts", models.JSONField(default=dict)),
                ("area_groups", models.JSONField(default=dict)),
                ("sources", models.JSONField(default=dict)),
                ("notes", models.JSONField(default=dict)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)), name="rule_set_version_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="rule_set_digest_sha256",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="clients.intakerequest",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.intakedefinition",
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.ruleset",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=0)),
                ("content", clients.sealing.SealedJSON()),
                ("is_private", models.BooleanField(default=False)),
                ("begun_at", models.DateTimeField()),
                ("saved_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=("request",),
                        name="intake_one_draft_a_request",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeSubmission",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake_submissions",
                        to="clients.client",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("FULL", "Health form"), ("WHAT_CHANGED", "What changed")],
                        max_length=12,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submissions",
                        to="clients.intakerequest",
                    ),
                ),
                (
                    "draft",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="submission",
                        to="clients.intakedraft",
                    ),
                ),
                (
                    "definition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.intakedefinition",
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.ruleset",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("ONLINE", "Filled in online"),
                            (
                                "PAGE",
                                "Filled in online by a page's link, so ask whether it was the client",
                            ),
                            ("IN_ROOM", "Told in the room"),
                            ("PAPER", "On paper"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("told_on", models.DateField()),
                ("submitted_at", models.DateTimeField()),
                (
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next",
                        to="clients.intakesubmission",
                    ),
                ),
                ("calls_for_full", models.BooleanField(default=False)),
                ("content", clients.sealing.SealedJSON()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["client", "-submitted_at"], name="intake_submission_of_client"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["FULL", "WHAT_CHANGED"])),
                        name="intake_submission_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("entered_by__isnull", True), ("source__in", ["ONLINE", "PAGE"])
                            ),
                            models.Q(
                                ("entered_by__isnull", False), ("source__in", ["IN_ROOM", "PAPER"])
                            ),
                            _connector="OR",
                        ),
                        name="intake_submission_source",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("previous__isnull", True),
                            models.Q(("previous", models.F("pk")), _negated=True),
                            _connector="OR",
                        ),
                        name="intake_submission_not_its_own",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ScreeningRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rules",
                        to="clients.ruleset",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("group", models.CharField(max_length=40)),
                ("question", models.TextField()),
                (
                    "answer_type",
                    models.CharField(
                        choices=[
                            ("YES_NO", "YES_NO"),
                            ("YES_NO_UNSURE", "YES_NO_UNSURE"),
                            ("PICK_ANY", "PICK_ANY"),
                            ("COMPUTED_AGE", "COMPUTED_AGE"),
                        ],
                        max_length=16,
                    ),
                ),
                ("trigger_answer", models.CharField(blank=True, max_length=8)),
                ("trigger_under_age", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("trigger_over_age", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("ABSOLUTE", "ABSOLUTE"),
                            ("RELATIVE", "RELATIVE"),
                            ("TIMING", "TIMING"),
                            ("FLAG", "FLAG"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("BLOCK_ONLINE_BOOKING", "BLOCK_ONLINE_BOOKING"),
                            ("DELAY_UNTIL", "DELAY_UNTIL"),
                            ("PRACTITIONER_REVIEW", "PRACTITIONER_REVIEW"),
                            ("FLAG", "FLAG"),
                        ],
                        max_length=24,
                    ),
                ),
                ("event_date_question", models.TextField(blank=True)),
                ("days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days_least", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("days_most", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("review_from_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("applies_to", models.JSONField(default=list)),
                ("restrictions", models.JSONField(default=list)),
                ("session_modifications", models.JSONField(default=list)),
                ("client_message", models.TextField(blank=True)),
                ("follow_up_questions", models.JSONField(default=list)),
                ("asked_in", models.JSONField(default=dict)),
                ("sources", models.JSONField(default=list)),
                ("evidence_note", models.TextField(blank=True)),
                ("off_reason", models.TextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule_set", "code"), name="rule_code_once_a_set"
                    ),
                    models.UniqueConstraint(
                        fields=("rule_set", "position"), name="rule_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[a-z][a-z0-9_]*$")),
                        name="rule_code_plain",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "BLOCK_ONLINE_BOOKING",
                                    "DELAY_UNTIL",
                                    "PRACTITIONER_REVIEW",
                                    "FLAG",
                                ],
                            )
                        ),
                        name="rule_action_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("severity__in", ["ABSOLUTE", "RELATIVE", "TIMING", "FLAG"])
                        ),
                        name="rule_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer_type__in", ["YES_NO", "YES_NO_UNSURE"]),
                                ("trigger_answer__in", ["YES", "NO"]),
                                ("trigger_over_age__isnull", True),
                                ("trigger_under_age__isnull", True),
                            ),
                            models.Q(
                                ("answer_type", "COMPUTED_AGE"),
                                ("trigger_answer", ""),
                                ("trigger_over_age__isnull", True),
                                ("trigger_under_age__isnull", False),
                            ),
                            models.Q(
                                ("answer_type", "COMPUTED_AGE"),
                                ("trigger_answer", ""),
                                ("trigger_over_age__isnull", False),
                                ("trigger_under_age__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="rule_has_one_trigger",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("action", "DELAY_UNTIL"), _negated=True),
                            ("days__isnull", False),
                            _connector="OR",
                        ),
                        name="rule_delay_has_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("days__isnull", True), ("days__lte", 3650), _connector="OR"
                        ),
                        name="rule_days_within_ten_years",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookingQuestion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="clients.ruleset",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=40)),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("YES_NO", "YES_NO"),
                            ("YES_NO_UNSURE", "YES_NO_UNSURE"),
                            ("PICK_ANY", "PICK_ANY"),
                            ("COMPUTED_AGE", "COMPUTED_AGE"),
                        ],
                        max_length=16,
                    ),
                ),
                ("text", models.TextField()),
                ("help", models.TextField(blank=True)),
                ("trigger_answer", models.CharField(blank=True, max_length=8)),
                ("date_label", models.TextField(blank=True)),
                ("lookback_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("message_if_yes", models.TextField(blank=True)),
                ("rules", models.JSONField(default=list)),
                ("items", models.JSONField(default=list)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule_set", "code"), name="question_code_once_a_set"
                    ),
                    models.UniqueConstraint(
                        fields=("rule_set", "position"), name="question_position_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("trigger_answer__in", ["YES", "NO"]),
                                ("type__in", ["YES_NO", "YES_NO_UNSURE"]),
                            ),
                            models.Q(("trigger_answer", ""), ("type", "PICK_ANY")),
                            _connector="OR",
                        ),
                        name="question_type_and_trigger",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screenings",
                        to="clients.client",
                    ),
                ),
                (
                    "rule_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="screenings",
                        to="clients.ruleset",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("ONLINE", "Booking page"),
                            ("API", "Another program"),
                            ("DESK", "Front desk"),
                            ("LINK", "Link sent to the client"),
                            ("ROOM", "Asked in the room"),
                        ],
                        max_length=8,
                    ),
                ),
                ("assessed_for", models.DateField()),
                ("answered_on", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("FINE", "Fine"),
                            ("FLAG", "Flag"),
                            ("NOT_ASKED", "Not asked"),
                            ("REVIEW", "Practitioner's review"),
                            ("NOT_BEFORE", "Not before"),
                            ("REFUSED", "Not online"),
                        ],
                        max_length=12,
                    ),
                ),
                ("not_before", models.DateField(blank=True, null=True)),
                ("answers", clients.sealing.SealedJSON()),
                ("results", clients.sealing.SealedJSON()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client", "-created_at"], name="screening_of_client")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                ["FINE", "FLAG", "NOT_ASKED", "REVIEW", "NOT_BEFORE", "REFUSED"],
                            )
                        ),
                        name="screening_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("source__in", ["ONLINE", "API", "DESK", "LINK", "ROOM"])
                        ),
                        name="screening_source_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "NOT_BEFORE"), _negated=True),
                            models.Q(
                                ("not_before__gt", models.F("assessed_for")),
                                ("not_before__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="screening_delay_has_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("opened_at", models.DateTimeField()),
                ("is_open", models.BooleanField(default=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "published",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draft",
                        to="clients.ruleset",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_open", True)),
                        fields=("is_open",),
                        name="rule_draft_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("is_open", True),
                                ("published__isnull", True),
                            ),
                            models.Q(("closed_at__isnull", False), ("is_open", False)),
                            _connector="OR",
                        ),
                        name="rule_draft_open_or_closed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RuleEdit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edits",
                        to="clients.ruledraft",
                    ),
                ),
                ("code", models.CharField(max_length=40)),
                ("document", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["draft", "code", "-id"], name="rule_edit_newest")],
            },
        ),
        migrations.CreateModel(
            name="ClientKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="key",
                        to="clients.client",
                    ),
                ),
                ("key_id", models.CharField(max_length=16)),
                ("wrapped", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField()),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
                ("inherited", models.JSONField(blank=True, default=list)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("destroyed_at__isnull", True), ("wrapped__isnull", False)),
                            models.Q(("destroyed_at__isnull", False), ("wrapped__isnull", True)),
                            _connector="OR",
                        ),
                        name="client_key_kept_or_destroyed",
                    )
                ],
            },
        ),
    ]
