import clinic.models.places
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
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
                ("history_above", models.BigIntegerField(default=0)),
                ("history_last", models.BigIntegerField(default=0)),
                ("history_rows", models.BigIntegerField(default=0)),
                ("format", models.IntegerField(default=2)),
                ("contents", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("from_tx__lte", models.F("until_tx")), ("number__gte", 1)
                        ),
                        name="seal_forwards",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    models.CharField(
                        choices=[
                            ("BEAT", "the clock's tick, carried out by the worker"),
                            ("BACKUP", "the scheduled backup"),
                        ],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("tried_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("why", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__in", ["BEAT", "BACKUP"])),
                        name="heartbeat_name_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.BigIntegerField()),
                (
                    "operation",
                    models.CharField(
                        choices=[("INSERT", "Insert"), ("UPDATE", "Update"), ("DELETE", "Delete")],
                        max_length=6,
                    ),
                ),
                ("client_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("database_user", models.CharField(max_length=63)),
            ],
            options={
                "verbose_name_plural": "history entries",
                "indexes": [models.Index(fields=["client_id", "id"], name="history_of_client")],
            },
        ),
        migrations.CreateModel(
            name="HistoryText",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="clinic.historyentry",
                    ),
                ),
                ("client_id", models.BigIntegerField(db_index=True)),
                ("salt", models.UUIDField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("OWNER", "Owner"),
                            ("PRACTITIONER", "Practitioner"),
                            ("FRONT_DESK", "Front desk"),
                            ("CLIENT", "Client"),
                        ],
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email", django.db.models.functions.text.Lower("email"))
                        ),
                        name="user_email_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("role__in", ["OWNER", "PRACTITIONER", "FRONT_DESK", "CLIENT"])
                        ),
                        name="user_role_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_label", models.CharField(max_length=120)),
                ("verb", models.CharField(max_length=60)),
                ("about", models.CharField(max_length=80)),
                ("request_id", models.CharField(max_length=36)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name_plural": "audit entries",
                "indexes": [models.Index(fields=["about", "at"], name="audit_about")],
            },
        ),
        migrations.CreateModel(
            name="AccessEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_label", models.CharField(max_length=120)),
                ("what", models.CharField(max_length=40)),
                ("about", models.CharField(max_length=80)),
                ("whose", models.CharField(blank=True, max_length=80)),
                ("request_id", models.CharField(max_length=36)),
            ],
            options={
                "verbose_name_plural": "access entries",
                "indexes": [models.Index(fields=["whose", "at"], name="access_whose")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("what__regex", "^[A-Z][A-Z_]*$")),
                        name="access_what_is_a_code",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Practitioner",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "user",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="practitioner",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("title", models.CharField(blank=True, max_length=60, verbose_name="title")),
                (
                    "pause_minutes",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="pause after a session"
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pause_minutes__lte", 120)),
                        name="practitioner_pause_short",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Logo",
            fields=[
                ("digest", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("data", models.BinaryField()),
                ("content_type", models.CharField(max_length=10)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("content_type__in", ["image/png", "image/jpeg"])),
                        name="logo_type_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Clinic",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(default="Jade", max_length=80, verbose_name="name")),
                ("phone", models.CharField(blank=True, max_length=20, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "notice_minutes",
                    models.PositiveIntegerField(
                        default=720, verbose_name="shortest notice, minutes"
                    ),
                ),
                (
                    "horizon_days",
                    models.PositiveSmallIntegerField(
                        default=60, verbose_name="bookable ahead, days"
                    ),
                ),
                (
                    "grid_minutes",
                    models.PositiveSmallIntegerField(
                        default=15, verbose_name="start times every, minutes"
                    ),
                ),
                (
                    "window_minutes",
                    models.PositiveIntegerField(
                        default=1440, verbose_name="free to move or cancel until, minutes before"
                    ),
                ),
                (
                    "hold_minutes",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="hold while the form is filled"
                    ),
                ),
                (
                    "review_minutes",
                    models.PositiveIntegerField(
                        default=1440, verbose_name="practitioner answers within"
                    ),
                ),
                (
                    "review_before_minutes",
                    models.PositiveIntegerField(
                        default=720, verbose_name="and at the latest, minutes before the start"
                    ),
                ),
                (
                    "offers_first_visits",
                    models.BooleanField(
                        default=True, verbose_name="first visits have their own length"
                    ),
                ),
                (
                    "accent",
                    models.CharField(blank=True, max_length=7, verbose_name="colour, #rrggbb"),
                ),
                (
                    "logo",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.logo",
                        verbose_name="logo",
                    ),
                ),
                (
                    "treating_months",
                    models.PositiveSmallIntegerField(
                        default=12,
                        verbose_name="a practitioner may read a client's record after the last visit, months",
                    ),
                ),
                (
                    "opening_minutes",
                    models.PositiveSmallIntegerField(
                        default=60, verbose_name="a record opened with a reason stays open, minutes"
                    ),
                ),
                (
                    "keep_years",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="records are kept after the last visit, years"
                    ),
                ),
                (
                    "quiet_from_minute",
                    models.PositiveSmallIntegerField(default=1260, verbose_name="quiet from"),
                ),
                (
                    "quiet_until_minute",
                    models.PositiveSmallIntegerField(default=480, verbose_name="quiet until"),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="clinic_only_one"),
                    models.CheckConstraint(
                        condition=models.Q(("grid_minutes__in", (5, 10, 15, 20, 30, 60))),
                        name="clinic_grid_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("horizon_days__gte", 1), ("horizon_days__lte", 730)),
                        name="clinic_horizon_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("hold_minutes__gte", 1), ("hold_minutes__lte", 60)),
                        name="clinic_hold_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("treating_months__gte", 1), ("treating_months__lte", 120)
                        ),
                        name="clinic_treating_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opening_minutes__gte", 5), ("opening_minutes__lte", 1440)
                        ),
                        name="clinic_opening_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("keep_years__gte", 1), ("keep_years__lte", 50)),
                        name="clinic_keep_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("quiet_from_minute__lte", 1440), ("quiet_until_minute__lte", 1440)
                        ),
                        name="clinic_quiet_in_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accent__regex", "^(#[0-9a-f]{6})?$")),
                        name="clinic_accent_is_a_colour",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Location",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("address", models.CharField(max_length=200, verbose_name="address")),
                (
                    "directions",
                    models.CharField(blank=True, max_length=200, verbose_name="how to get in"),
                ),
                (
                    "country",
                    models.CharField(default="CA", max_length=2, verbose_name="country, ISO 3166"),
                ),
                ("phone", models.CharField(max_length=20, verbose_name="phone")),
                (
                    "currency",
                    models.CharField(
                        default="CAD", max_length=3, verbose_name="currency, ISO 4217"
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        max_length=64,
                        validators=[clinic.models.places.check_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "sender_name",
                    models.CharField(blank=True, max_length=60, verbose_name="neutral sender name"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("country__regex", "^[A-Z]{2}$")),
                        name="location_country",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                        name="location_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("time_zone", ""), _negated=True),
                        name="location_has_zone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rooms",
                        to="clinic.location",
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("location", "name"), name="room_name_once_a_location"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkingHours",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hours",
                        to="clinic.location",
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(verbose_name="weekday")),
                ("starts_minute", models.PositiveSmallIntegerField(verbose_name="from")),
                ("ends_minute", models.PositiveSmallIntegerField(verbose_name="until")),
                ("valid_from", models.DateField(verbose_name="holds from")),
                (
                    "valid_until",
                    models.DateField(blank=True, null=True, verbose_name="no longer from"),
                ),
            ],
            options={
                "verbose_name_plural": "working hours",
                "indexes": [
                    models.Index(fields=["location", "practitioner"], name="hours_of_location")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("weekday__lte", 6)), name="hours_weekday_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_minute__lte", 1440),
                            ("starts_minute__lt", models.F("ends_minute")),
                        ),
                        name="hours_within_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until__isnull", True),
                            ("valid_until__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="hours_valid_range",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    "practitioner",
                                    "practitioner",
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("weekday"), "*", models.Value(1440)
                                        ),
                                        "+",
                                        models.F("starts_minute"),
                                    ),
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("weekday"), "*", models.Value(1440)
                                        ),
                                        "+",
                                        models.F("ends_minute"),
                                    ),
                                    function="int4range",
                                    output_field=django.contrib.postgres.fields.ranges.IntegerRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    "valid_from",
                                    "valid_until",
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="hours_no_overlap",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TimeOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="time_off",
                        to="clinic.practitioner",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note for staff"),
                ),
            ],
            options={
                "verbose_name_plural": "time off",
                "indexes": [
                    models.Index(fields=["practitioner", "ends_at"], name="time_off_by_end")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="time_off_forwards",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "location",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closures",
                        to="clinic.location",
                    ),
                ),
                ("first_day", models.DateField(verbose_name="first day")),
                ("last_day", models.DateField(verbose_name="last day")),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=80, verbose_name="reason shown to clients"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["last_day"], name="closure_by_end")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="closure_forwards",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RateCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("bucket", models.CharField(max_length=20)),
                ("who", models.CharField(max_length=32)),
                ("count", models.PositiveIntegerField()),
                ("ends_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("bucket", "who"), name="rate_count_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="LoginLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="login_link_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AddressProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254)),
                ("opens", models.BooleanField()),
                ("code_digest", models.CharField(max_length=64)),
                ("link_digest", models.CharField(max_length=64, unique=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="address_proof_ends_after_it_begins",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("session_key", models.CharField(max_length=40, unique=True)),
                ("device", models.CharField(max_length=80, verbose_name="device")),
                ("network", models.CharField(max_length=45, verbose_name="network")),
                ("started_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seen_at__gte", models.F("started_at"))),
                        name="open_session_seen_after_it_began",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Pin",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pin",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("hash", models.CharField(max_length=128)),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PinPass",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("browser", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("browser", "user"), name="pin_pass_once_a_browser"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))),
                        name="pin_pass_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandedOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))),
                        name="handed_over_ends_after_it_begins",
                    )
                ],
            },
        ),
    ]
