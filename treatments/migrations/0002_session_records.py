"""Session records with their actions and versions, adverse events, needle boxes and tools."""

import clients.sealing
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0016_rules_are_edited"),
        ("clinic", "0010_opening_records"),
        ("treatments", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="needle_boxes",
                        to="clinic.location",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "needle boxes",
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
                ("treatment_name", models.CharField(max_length=80)),
                ("planned", models.JSONField()),
                ("retention_minutes", models.PositiveSmallIntegerField(default=20)),
                ("started_at", models.DateTimeField()),
                ("last_number", models.PositiveIntegerField(default=0)),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
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
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
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
                ("payload", clients.sealing.SealedJSON()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="treatments.sessionrecord",
                    ),
                ),
            ],
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
                ("needles", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "box",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="uses",
                        to="treatments.needlebox",
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
            ],
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
                ("details", clients.sealing.SealedJSON()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adverse_events",
                        to="clients.client",
                    ),
                ),
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
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.practitioner",
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
            ],
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
                ("number", models.PositiveSmallIntegerField()),
                (
                    "type",
                    models.CharField(
                        choices=[("SIGNED", "Signed"), ("ADDENDUM", "Addendum")], max_length=8
                    ),
                ),
                ("at", models.DateTimeField()),
                ("is_late", models.BooleanField(default=False)),
                ("digest", models.CharField(max_length=64)),
                ("document", clients.sealing.SealedJSON()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="treatments.sessionrecord",
                    ),
                ),
            ],
            options={
                "ordering": ["session", "number"],
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
                ("name", models.CharField(max_length=40, verbose_name="name on the tool")),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                (
                    "location",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tools",
                        to="clinic.location",
                    ),
                ),
            ],
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
                ("at", models.DateTimeField()),
                ("disinfectant", models.CharField(max_length=80, verbose_name="disinfectant")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "tool",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cleanings",
                        to="treatments.tool",
                    ),
                ),
            ],
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
                ("at", models.DateTimeField()),
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
            ],
        ),
        migrations.AddIndex(
            model_name="needlebox",
            index=models.Index(fields=["lot"], name="needle_box_lot"),
        ),
        migrations.AddConstraint(
            model_name="needlebox",
            constraint=models.CheckConstraint(
                condition=models.Q(("diameter_mm__gte", "0.10"), ("diameter_mm__lte", "0.50")),
                name="needle_box_diameter_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="needlebox",
            constraint=models.CheckConstraint(
                condition=models.Q(("length_mm__gte", 3), ("length_mm__lte", 80)),
                name="needle_box_length_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="needlebox",
            constraint=models.CheckConstraint(
                condition=models.Q(("pieces__gte", 1), ("pieces__lte", 10000)),
                name="needle_box_pieces_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="needlebox",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_on__isnull", True),
                    ("finished_on__gte", models.F("received_on")),
                    _connector="OR",
                ),
                name="needle_box_finished_after",
            ),
        ),
        migrations.AddIndex(
            model_name="sessionrecord",
            index=models.Index(fields=["client", "-started_at"], name="session_newest"),
        ),
        migrations.AddIndex(
            model_name="sessionrecord",
            index=models.Index(
                condition=models.Q(("signed_at__isnull", True)),
                fields=["practitioner", "started_at"],
                name="session_unsigned",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", True), ("signed_by__isnull", True)),
                    models.Q(
                        ("signed_at__gte", models.F("started_at")), ("signed_by__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="session_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("retention_minutes__gte", 1), ("retention_minutes__lte", 120)),
                name="session_retention_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionaction",
            constraint=models.UniqueConstraint(
                fields=("session", "number"), name="session_action_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionaction",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="sessionaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__lte", models.F("received_at"))),
                name="session_action_has_happened",
            ),
        ),
        migrations.AddConstraint(
            model_name="boxuse",
            constraint=models.UniqueConstraint(fields=("session", "box"), name="box_use_once"),
        ),
        migrations.AddIndex(
            model_name="adverseevent",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=["follow_up_due"],
                name="adverse_event_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="adverseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("grade__in", ["MINOR", "MODERATE", "SERIOUS"])),
                name="adverse_event_grade_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="adverseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("resolved_at__isnull", True),
                    ("resolved_at__gte", models.F("noticed_at")),
                    _connector="OR",
                ),
                name="adverse_event_resolved_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionversion",
            constraint=models.UniqueConstraint(
                fields=("session", "number"), name="session_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="sessionversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", 1), ("type", "SIGNED")),
                    models.Q(("number__gt", 1), ("type", "ADDENDUM")),
                    _connector="OR",
                ),
                name="session_version_signed_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="tool",
            constraint=models.UniqueConstraint(fields=("location", "name"), name="tool_name_once"),
        ),
        migrations.AddIndex(
            model_name="cleaning",
            index=models.Index(fields=["tool", "-at"], name="cleaning_newest"),
        ),
        migrations.AddConstraint(
            model_name="tooluse",
            constraint=models.UniqueConstraint(fields=("session", "tool"), name="tool_use_once"),
        ),
    ]
