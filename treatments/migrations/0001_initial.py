import clients.sealing
import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0001_initial"),
        ("clinic", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Treatment",
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
                ("summary", models.CharField(blank=True, max_length=200, verbose_name="summary")),
                ("for_new_clients", models.BooleanField(default=False, verbose_name="first visit")),
                (
                    "bookable_online",
                    models.BooleanField(default=True, verbose_name="bookable online"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                (
                    "consultation_minutes",
                    models.PositiveSmallIntegerField(default=0, verbose_name="consultation first"),
                ),
                (
                    "turnover_minutes",
                    models.PositiveSmallIntegerField(
                        default=10, verbose_name="turnover of the room"
                    ),
                ),
                (
                    "price",
                    models.DecimalField(decimal_places=2, max_digits=9, verbose_name="price"),
                ),
                (
                    "currency",
                    models.CharField(
                        default="CAD", max_length=3, verbose_name="currency, ISO 4217"
                    ),
                ),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=0, verbose_name="place in the list"),
                ),
                ("notice_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("horizon_days", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("grid_minutes", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("window_minutes", models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("price__gte", 0)), name="treatment_price_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("consultation_minutes__lte", 240), ("turnover_minutes__lte", 120)
                        ),
                        name="treatment_minutes_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("grid_minutes__isnull", True),
                            ("grid_minutes__in", (5, 10, 15, 20, 30, 60)),
                            _connector="OR",
                        ),
                        name="treatment_grid_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("horizon_days__isnull", True),
                            models.Q(("horizon_days__gte", 1), ("horizon_days__lte", 730)),
                            _connector="OR",
                        ),
                        name="treatment_horizon_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Phase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phases",
                        to="treatments.treatment",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("LYMPHATIC_MASSAGE", "LYMPHATIC_MASSAGE"),
                            ("NEEDLING", "NEEDLING"),
                            ("JADE_ROLLER", "JADE_ROLLER"),
                        ],
                        max_length=20,
                    ),
                ),
                ("minutes", models.PositiveSmallIntegerField()),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("treatment", "position"), name="phase_place_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("minutes__gte", 1), ("minutes__lte", 240)),
                        name="phase_minutes_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="treatments.treatment",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="offers",
                        to="clinic.practitioner",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("treatment", "practitioner"), name="offered_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="sessions"
                    ),
                ),
                (
                    "per_week",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="times a week"
                    ),
                ),
                (
                    "every_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="every so many days"
                    ),
                ),
                (
                    "min_gap_days",
                    models.PositiveSmallIntegerField(
                        verbose_name="days between sessions, at least"
                    ),
                ),
                (
                    "max_gap_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="days between sessions, at most"
                    ),
                ),
                (
                    "reviews_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="reviewed at",
                    ),
                ),
                (
                    "reviews_every",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="reviewed every so many sessions"
                    ),
                ),
                ("before_event_least", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("before_event_most", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "retention_minutes",
                    models.PositiveSmallIntegerField(
                        default=20, verbose_name="needles stay in, minutes"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.SlugField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("is_active", models.BooleanField(default=True, verbose_name="offered")),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=0, verbose_name="place in the list"),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sessions__isnull", True),
                                models.Q(("sessions__gte", 1), ("sessions__lte", 60)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("reviews_every__isnull", True),
                                models.Q(("reviews_every__gte", 1), ("reviews_every__lte", 60)),
                                _connector="OR",
                            ),
                            ("retention_minutes__gte", 1),
                            ("retention_minutes__lte", 60),
                        ),
                        name="plantemplate_numbers_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("every_days__isnull", True),
                                ("per_week__isnull", False),
                                ("per_week__range", (1, 7)),
                            ),
                            models.Q(
                                ("every_days__isnull", False),
                                ("every_days__range", (1, 365)),
                                ("per_week__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="plantemplate_one_cadence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("min_gap_days__gte", 1),
                            ("min_gap_days__lte", 365),
                            models.Q(
                                ("max_gap_days__isnull", True),
                                models.Q(
                                    ("max_gap_days__gte", models.F("min_gap_days")),
                                    ("max_gap_days__lte", 365),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="plantemplate_gaps_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("before_event_least__isnull", True),
                                ("before_event_most__isnull", True),
                            ),
                            models.Q(
                                ("before_event_least__isnull", False),
                                ("before_event_most__gte", models.F("before_event_least")),
                                ("before_event_most__isnull", False),
                                ("before_event_most__lte", 60),
                                ("sessions__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="plantemplate_before_event",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Plan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="sessions"
                    ),
                ),
                (
                    "per_week",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="times a week"
                    ),
                ),
                (
                    "every_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="every so many days"
                    ),
                ),
                (
                    "min_gap_days",
                    models.PositiveSmallIntegerField(
                        verbose_name="days between sessions, at least"
                    ),
                ),
                (
                    "max_gap_days",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="days between sessions, at most"
                    ),
                ),
                (
                    "reviews_at",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="reviewed at",
                    ),
                ),
                (
                    "reviews_every",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="reviewed every so many sessions"
                    ),
                ),
                ("before_event_least", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("before_event_most", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "retention_minutes",
                    models.PositiveSmallIntegerField(
                        default=20, verbose_name="needles stay in, minutes"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="clients.client",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="treatments.treatment",
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="treatments.plantemplate",
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Proposed"),
                            ("AGREED", "Agreed"),
                            ("ACTIVE", "Active"),
                            ("PAUSED", "Paused"),
                            ("COMPLETED", "Completed"),
                            ("STOPPED", "Stopped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("counts_from", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "event_on",
                    models.DateField(blank=True, null=True, verbose_name="day of the event"),
                ),
                (
                    "follows",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_by",
                        to="treatments.plan",
                    ),
                ),
                ("aims", clients.sealing.SealedJSON()),
            ],
            options={
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("sessions__isnull", True),
                                models.Q(("sessions__gte", 1), ("sessions__lte", 60)),
                                _connector="OR",
                            ),
                            models.Q(
                                ("reviews_every__isnull", True),
                                models.Q(("reviews_every__gte", 1), ("reviews_every__lte", 60)),
                                _connector="OR",
                            ),
                            ("retention_minutes__gte", 1),
                            ("retention_minutes__lte", 60),
                        ),
                        name="plan_numbers_in_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("every_days__isnull", True),
                                ("per_week__isnull", False),
                                ("per_week__range", (1, 7)),
                            ),
                            models.Q(
                                ("every_days__isnull", False),
                                ("every_days__range", (1, 365)),
                                ("per_week__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="plan_one_cadence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("min_gap_days__gte", 1),
                            ("min_gap_days__lte", 365),
                            models.Q(
                                ("max_gap_days__isnull", True),
                                models.Q(
                                    ("max_gap_days__gte", models.F("min_gap_days")),
                                    ("max_gap_days__lte", 365),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="plan_gaps_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("before_event_least__isnull", True),
                                ("before_event_most__isnull", True),
                            ),
                            models.Q(
                                ("before_event_least__isnull", False),
                                ("before_event_most__gte", models.F("before_event_least")),
                                ("before_event_most__isnull", False),
                                ("before_event_most__lte", 60),
                                ("sessions__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="plan_before_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("closed_at__isnull", True),
                                ("state__in", ("PROPOSED", "AGREED", "ACTIVE", "PAUSED")),
                            ),
                            models.Q(
                                ("closed_at__isnull", False),
                                ("state__in", ("COMPLETED", "STOPPED")),
                            ),
                            _connector="OR",
                        ),
                        name="plan_open_or_closed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state__in", ("PROPOSED", "AGREED", "ACTIVE", "PAUSED"))
                        ),
                        fields=("client", "treatment"),
                        name="plan_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("before_event_least__isnull", True),
                            ("event_on__isnull", False),
                            _connector="OR",
                        ),
                        name="plan_event_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("follows__isnull", True),
                            models.Q(("follows", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="plan_does_not_follow_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanEvent",
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
                        related_name="plan_events",
                        to="clients.client",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="treatments.plan",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "Proposed"),
                            ("AGREED", "Agreed"),
                            ("ACTIVE", "Active"),
                            ("PAUSED", "Paused"),
                            ("COMPLETED", "Completed"),
                            ("STOPPED", "Stopped"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_events",
                        to="clients.consentgiven",
                    ),
                ),
                ("reason", clients.sealing.SealedText()),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                ("PROPOSED", "AGREED", "ACTIVE", "PAUSED", "COMPLETED", "STOPPED"),
                            )
                        ),
                        name="plan_event_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "AGREED"), _negated=True),
                            ("consent__isnull", False),
                            _connector="OR",
                        ),
                        name="plan_event_agreed_by_consent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PointSetting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("is_off", models.BooleanField(default=False, verbose_name="switched off")),
                (
                    "depth_from_mm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="usual depth, from"
                    ),
                ),
                (
                    "depth_to_mm",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="usual depth, to"
                    ),
                ),
                ("warn_above_mm", models.PositiveSmallIntegerField(verbose_name="warn above")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("depth_from_mm__isnull", True), ("depth_to_mm__isnull", True)
                            ),
                            models.Q(
                                ("depth_from_mm__isnull", False),
                                ("depth_to_mm__gte", models.F("depth_from_mm")),
                                ("depth_to_mm__isnull", False),
                                ("depth_to_mm__lte", 80),
                            ),
                            _connector="OR",
                        ),
                        name="point_setting_depth_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("warn_above_mm__lte", 80)),
                        name="point_setting_warns_in_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PointSet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "points",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="suggested")),
                (
                    "position",
                    models.PositiveSmallIntegerField(default=0, verbose_name="place in the list"),
                ),
            ],
            options={
                "ordering": ["position", "name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("points__len__lte", 60)), name="point_set_not_too_long"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionRecord",
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
                        related_name="sessions",
                        to="clients.client",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="treatments.treatment",
                    ),
                ),
                ("treatment_name", models.CharField(max_length=80)),
                ("planned", models.JSONField()),
                ("retention_minutes", models.PositiveSmallIntegerField(default=20)),
                ("started_at", models.DateTimeField()),
                ("last_number", models.PositiveIntegerField(default=0)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "signed_by",
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
                    models.Index(fields=["client", "-started_at"], name="session_newest"),
                    models.Index(
                        condition=models.Q(("signed_at__isnull", True)),
                        fields=["practitioner", "started_at"],
                        name="session_unsigned",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at__isnull", True), ("signed_by__isnull", True)),
                            models.Q(
                                ("signed_at__gte", models.F("started_at")),
                                ("signed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="session_signed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("retention_minutes__gte", 1), ("retention_minutes__lte", 120)
                        ),
                        name="session_retention_range",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionAction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(unique=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="treatments.sessionrecord",
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
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PHASE", "PHASE"),
                            ("PAUSE", "PAUSE"),
                            ("RESUME", "RESUME"),
                            ("EXTEND", "EXTEND"),
                            ("END", "END"),
                            ("PLACE", "PLACE"),
                            ("ADJUST", "ADJUST"),
                            ("REMOVE", "REMOVE"),
                            ("REMOVE_ALL", "REMOVE_ALL"),
                            ("MASSAGE", "MASSAGE"),
                            ("ROLLER", "ROLLER"),
                            ("SKIP", "SKIP"),
                            ("OIL_OFF", "OIL_OFF"),
                            ("RATING", "RATING"),
                            ("NOTE", "NOTE"),
                            ("WORDS", "WORDS"),
                            ("EVENT", "EVENT"),
                            ("AFTERCARE", "AFTERCARE"),
                            ("UNDO", "UNDO"),
                        ],
                        max_length=12,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("payload", clients.sealing.SealedJSON()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "number"), name="session_action_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                [
                                    "PHASE",
                                    "PAUSE",
                                    "RESUME",
                                    "EXTEND",
                                    "END",
                                    "PLACE",
                                    "ADJUST",
                                    "REMOVE",
                                    "REMOVE_ALL",
                                    "MASSAGE",
                                    "ROLLER",
                                    "SKIP",
                                    "OIL_OFF",
                                    "RATING",
                                    "NOTE",
                                    "WORDS",
                                    "EVENT",
                                    "AFTERCARE",
                                    "UNDO",
                                ],
                            )
                        ),
                        name="session_action_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at__lte", models.F("received_at"))),
                        name="session_action_has_happened",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="treatments.sessionrecord",
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "type",
                    models.CharField(
                        choices=[("SIGNED", "Signed"), ("ADDENDUM", "Addendum")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("is_late", models.BooleanField(default=False)),
                ("digest", models.CharField(max_length=64)),
                ("document", clients.sealing.SealedJSON()),
            ],
            options={
                "ordering": ["session", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "number"), name="session_version_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("number", 1), ("type", "SIGNED")),
                            models.Q(("number__gt", 1), ("type", "ADDENDUM")),
                            _connector="OR",
                        ),
                        name="session_version_signed_first",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AdverseEvent",
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
                        related_name="adverse_events",
                        to="clients.client",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adverse_events",
                        to="treatments.sessionrecord",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("MINOR", "MINOR"),
                            ("MODERATE", "MODERATE"),
                            ("SERIOUS", "SERIOUS"),
                        ],
                        max_length=8,
                    ),
                ),
                ("noticed_at", models.DateTimeField()),
                (
                    "reported_by",
                    models.CharField(
                        choices=[("PRACTITIONER", "Practitioner"), ("CLIENT", "Client")],
                        max_length=12,
                    ),
                ),
                ("follow_up_due", models.DateTimeField(blank=True, null=True)),
                ("resolved_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("details", clients.sealing.SealedJSON()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("resolved_at__isnull", True), ("withdrawn_at__isnull", True)
                        ),
                        fields=["follow_up_due"],
                        name="adverse_event_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grade__in", ["MINOR", "MODERATE", "SERIOUS"])),
                        name="adverse_event_grade_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("resolved_at__isnull", True),
                            ("resolved_at__gte", models.F("noticed_at")),
                            _connector="OR",
                        ),
                        name="adverse_event_resolved_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EventNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "event",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="treatments.adverseevent",
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
                "indexes": [models.Index(fields=["event", "at"], name="event_note_in_order")],
            },
        ),
        migrations.CreateModel(
            name="NeedleBox",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needle_boxes",
                        to="clinic.location",
                    ),
                ),
                ("brand", models.CharField(max_length=60, verbose_name="brand")),
                ("model", models.CharField(blank=True, max_length=60, verbose_name="model")),
                (
                    "diameter_mm",
                    models.DecimalField(
                        decimal_places=2, max_digits=4, verbose_name="diameter, mm"
                    ),
                ),
                (
                    "length_mm",
                    models.DecimalField(decimal_places=1, max_digits=4, verbose_name="length, mm"),
                ),
                (
                    "material",
                    models.CharField(blank=True, max_length=60, verbose_name="material or coating"),
                ),
                ("lot", models.CharField(max_length=40, verbose_name="lot")),
                ("expires_on", models.DateField(verbose_name="expires")),
                ("pieces", models.PositiveIntegerField(verbose_name="needles in the box")),
                ("received_on", models.DateField(verbose_name="received")),
                (
                    "finished_on",
                    models.DateField(blank=True, null=True, verbose_name="used up or thrown away"),
                ),
            ],
            options={
                "verbose_name_plural": "needle boxes",
                "indexes": [models.Index(fields=["lot"], name="needle_box_lot")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("diameter_mm__gte", "0.10"), ("diameter_mm__lte", "0.50")
                        ),
                        name="needle_box_diameter_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("length_mm__gte", 3), ("length_mm__lte", 80)),
                        name="needle_box_length_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pieces__gte", 1), ("pieces__lte", 10000)),
                        name="needle_box_pieces_range",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_on__isnull", True),
                            ("finished_on__gte", models.F("received_on")),
                            _connector="OR",
                        ),
                        name="needle_box_finished_after",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BoxUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="box_uses",
                        to="treatments.sessionrecord",
                    ),
                ),
                (
                    "box",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="treatments.needlebox",
                    ),
                ),
                ("needles", models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("session", "box"), name="box_use_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Tool",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tools",
                        to="clinic.location",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name on the tool")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("location", "name"), name="tool_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ToolUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tool_uses",
                        to="treatments.sessionrecord",
                    ),
                ),
                (
                    "tool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="treatments.tool",
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("session", "tool"), name="tool_use_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Cleaning",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "tool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cleanings",
                        to="treatments.tool",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("disinfectant", models.CharField(max_length=80, verbose_name="disinfectant")),
            ],
            options={
                "indexes": [models.Index(fields=["tool", "-at"], name="cleaning_newest")],
            },
        ),
        migrations.AddField(
            model_name="Plan",
            name="consents",
            field=models.ManyToManyField(
                related_name="plans", through="treatments.PlanEvent", to="clients.consentgiven"
            ),
        ),
    ]
