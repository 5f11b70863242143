import clients.rules
import clients.sealing
import datetime
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0001_initial"),
        ("clinic", "0001_initial"),
        ("treatments", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("HELD", "Held"),
                            ("REQUESTED", "Awaiting review"),
                            ("BOOKED", "Booked"),
                            ("CONFIRMED", "Confirmed"),
                            ("ARRIVED", "Arrived"),
                            ("IN_SESSION", "In session"),
                            ("DONE", "Done"),
                            ("EXPIRED", "Expired"),
                            ("DECLINED", "Declined"),
                            ("CANCELLED", "Cancelled"),
                            ("NO_SHOW", "Did not come"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("ONLINE", "Online"), ("DESK", "Front desk"), ("API", "API")],
                        max_length=6,
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="clients.client",
                    ),
                ),
                (
                    "treatment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="treatments.treatment",
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="clinic.room",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="starts")),
                ("ends_at", models.DateTimeField(verbose_name="ends")),
                ("practitioner_until", models.DateTimeField()),
                ("room_until", models.DateTimeField()),
                ("treatment_name", models.CharField(max_length=80)),
                ("minutes", models.PositiveSmallIntegerField()),
                ("price", models.DecimalField(decimal_places=2, max_digits=9)),
                ("currency", models.CharField(max_length=3)),
                ("window_minutes", models.PositiveIntegerField()),
                ("contact_name", models.CharField(blank=True, max_length=120)),
                ("contact_email", models.EmailField(blank=True, max_length=254)),
                ("contact_phone", models.CharField(blank=True, max_length=16)),
                ("booked_by", models.CharField(blank=True, max_length=120)),
                (
                    "screening",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="clients.screening",
                    ),
                ),
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
                        default=clients.rules.Outcome["NOT_ASKED"],
                        max_length=12,
                    ),
                ),
                ("respond_by", models.DateTimeField(blank=True, null=True)),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bookings",
                        to="treatments.sessionrecord",
                    ),
                ),
                ("attempt", models.UUIDField(blank=True, null=True)),
                ("held_from", models.CharField(blank=True, max_length=32)),
                ("hold_expires_at", models.DateTimeField(blank=True, null=True)),
                ("token_digest", models.CharField(blank=True, max_length=64, null=True)),
                ("token_version", models.PositiveSmallIntegerField(default=1)),
                (
                    "sequence",
                    models.PositiveIntegerField(
                        default=0, help_text="RFC 5545 SEQUENCE of the invite."
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("status__in", ("EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW")),
                            _negated=True,
                        ),
                        fields=["practitioner", "starts_at"],
                        include=("practitioner_until", "hold_expires_at", "attempt"),
                        name="booking_busy_practitioner",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("status__in", ("EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW")),
                            _negated=True,
                        ),
                        fields=["room", "starts_at"],
                        include=("room_until", "hold_expires_at", "attempt"),
                        name="booking_busy_room",
                    ),
                    models.Index(
                        condition=models.Q(("status", "HELD")),
                        fields=["held_from"],
                        name="booking_holds_from",
                    ),
                    models.Index(
                        condition=models.Q(("status", "HELD")),
                        fields=["hold_expires_at"],
                        name="booking_holds",
                    ),
                    models.Index(
                        condition=models.Q(("status", "REQUESTED")),
                        fields=["respond_by"],
                        name="booking_requests",
                    ),
                    models.Index(
                        condition=models.Q(("attempt__isnull", False)),
                        fields=["attempt"],
                        name="booking_attempt",
                    ),
                    models.Index(
                        condition=models.Q(("client__isnull", False)),
                        fields=["client", "starts_at"],
                        name="booking_of_client",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("outcome__in", ("NOT_ASKED", "REVIEW", "NOT_BEFORE", "REFUSED")),
                            ("status__in", ("REQUESTED", "BOOKED", "CONFIRMED", "ARRIVED")),
                        ),
                        fields=["ends_at"],
                        name="booking_to_screen",
                    ),
                ],
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            ("status__in", ("EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW")),
                            _negated=True,
                        ),
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[
                            (
                                models.Func(
                                    "starts_at",
                                    "practitioner_until",
                                    models.Value("[)"),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
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
                        ],
                        name="booking_practitioner_free",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(
                            ("status__in", ("EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW")),
                            _negated=True,
                        ),
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[
                            (
                                models.Func(
                                    "starts_at",
                                    "room_until",
                                    models.Value("[)"),
                                    function="tstzrange",
                                    output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                                ),
                                "&&",
                            ),
                            (
                                models.Func(
                                    "room",
                                    "room",
                                    models.Value("[]"),
                                    function="int8range",
                                    output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="booking_room_free",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__gt", models.F("starts_at")),
                            ("practitioner_until__gte", models.F("ends_at")),
                            ("room_until__gte", models.F("ends_at")),
                        ),
                        name="booking_goes_forwards",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "practitioner_until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_at"),
                                    "+",
                                    models.Value(datetime.timedelta(seconds=43200)),
                                ),
                            ),
                            (
                                "room_until__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("starts_at"),
                                    "+",
                                    models.Value(datetime.timedelta(seconds=43200)),
                                ),
                            ),
                        ),
                        name="booking_at_most_12_hours",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                (
                                    "HELD",
                                    "REQUESTED",
                                    "BOOKED",
                                    "CONFIRMED",
                                    "ARRIVED",
                                    "IN_SESSION",
                                    "DONE",
                                    "EXPIRED",
                                    "DECLINED",
                                    "CANCELLED",
                                    "NO_SHOW",
                                ),
                            )
                        ),
                        name="booking_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("client__isnull", False),
                            ("status__in", ["HELD", "EXPIRED"]),
                            _connector="OR",
                        ),
                        name="booking_has_client",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("attempt__isnull", False),
                                ("hold_expires_at__isnull", False),
                                ("status", "HELD"),
                            ),
                            ("status__in", ("EXPIRED", "DECLINED", "CANCELLED", "NO_SHOW")),
                            models.Q(
                                ("hold_expires_at__isnull", True),
                                models.Q(("status", "HELD"), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="booking_hold_expires",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "REQUESTED"), _negated=True),
                            ("respond_by__isnull", False),
                            _connector="OR",
                        ),
                        name="booking_request_has_deadline",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "HELD")),
                        fields=("attempt",),
                        name="booking_one_hold_an_attempt",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("attempt__isnull", False),
                            models.Q(("status__in", ["HELD", "EXPIRED"]), _negated=True),
                        ),
                        fields=("attempt",),
                        name="booking_one_an_attempt",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("token_digest__isnull", False)),
                        fields=("token_digest",),
                        name="booking_token_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("session__isnull", False)),
                        fields=("session",),
                        name="booking_one_a_session",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("body", models.CharField(max_length=64)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="request_keys",
                        to="bookings.booking",
                    ),
                ),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="bookings.booking",
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
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("ACCEPT", "Accepted"),
                            ("ASK", "Client asked"),
                            ("DECLINE", "Declined"),
                        ],
                        max_length=7,
                    ),
                ),
                ("reason", clients.sealing.SealedText()),
                ("not_before", models.DateField(blank=True, null=True)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("decision__in", ["ACCEPT", "ASK", "DECLINE"])),
                        name="review_decision_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("booking",),
                        name="review_one_holds_a_booking",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BookingChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes",
                        to="bookings.booking",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("MOVED", "Moved"),
                            ("CANCELLED", "Cancelled"),
                            ("CONFIRMED", "Confirmed"),
                            ("ARRIVED", "Arrived"),
                            ("STARTED", "Session begun"),
                            ("DONE", "Session done"),
                            ("NO_SHOW", "Did not come"),
                            ("ACCEPTED", "Request accepted"),
                            ("DECLINED", "Request declined"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField(db_index=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("follows", models.PositiveIntegerField()),
                ("sequence", models.PositiveIntegerField()),
                ("frees", models.BooleanField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("HELD", "Held"),
                            ("REQUESTED", "Awaiting review"),
                            ("BOOKED", "Booked"),
                            ("CONFIRMED", "Confirmed"),
                            ("ARRIVED", "Arrived"),
                            ("IN_SESSION", "In session"),
                            ("DONE", "Done"),
                            ("EXPIRED", "Expired"),
                            ("DECLINED", "Declined"),
                            ("CANCELLED", "Cancelled"),
                            ("NO_SHOW", "Did not come"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.practitioner",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.room",
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("practitioner_until", models.DateTimeField()),
                ("room_until", models.DateTimeField()),
                ("respond_by", models.DateTimeField(blank=True, null=True)),
                (
                    "screening",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.screening",
                    ),
                ),
                ("outcome", models.CharField(max_length=12)),
                ("messages", models.JSONField(default=list)),
                (
                    "review",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bookings.review",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("frees", True), ("undone_at__isnull", True)),
                        fields=["practitioner", "starts_at"],
                        include=("practitioner_until", "until", "booking"),
                        name="booking_freed_practitioner",
                    ),
                    models.Index(
                        condition=models.Q(("frees", True), ("undone_at__isnull", True)),
                        fields=["room", "starts_at"],
                        include=("room_until", "until", "booking"),
                        name="booking_freed_room",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))), name="change_has_grace"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sequence__gt", models.F("follows"))),
                        name="change_goes_forwards",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("booking", "sequence"),
                        name="change_once_a_sequence",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Import",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("NEW", "Columns to be chosen"),
                            ("CHECKING", "Being tried"),
                            ("CHECKED", "Tried"),
                            ("RUNNING", "Being taken over"),
                            ("DONE", "Taken over"),
                            ("FAILED", "Could not be taken over"),
                        ],
                        default="NEW",
                        max_length=8,
                    ),
                ),
                ("filename", models.CharField(max_length=120)),
                ("system", models.CharField(max_length=20)),
                ("key_id", models.CharField(max_length=16)),
                ("wrapped", models.BinaryField()),
                ("data", models.BinaryField(null=True)),
                ("headings", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("options", models.JSONField(default=dict)),
                ("total", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["CHECKING", "RUNNING"])),
                        fields=["id"],
                        name="import_at_work",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "status__in",
                                ["NEW", "CHECKING", "CHECKED", "RUNNING", "DONE", "FAILED"],
                            )
                        ),
                        name="import_status_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="bookings.import",
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("values", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "Waiting"),
                            ("READY", "Can be taken over"),
                            ("MADE", "Taken over"),
                            ("KNOWN", "Here already"),
                            ("LEFT_OUT", "Left out"),
                            ("ERROR", "Can't be taken over"),
                        ],
                        default="WAITING",
                        max_length=8,
                    ),
                ),
                ("problem", models.CharField(blank=True, max_length=30)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bookings.booking",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["of", "state", "number"], name="import_row_state")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("of", "number"), name="import_row_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("problem__gt", ""), ("state", "ERROR")),
                            models.Q(("state", "ERROR"), _negated=True),
                            _connector="OR",
                        ),
                        name="import_error_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clients.client",
                    ),
                ),
                (
                    "booking",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bookings.booking",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booking__isnull", True), ("client__isnull", False)),
                            models.Q(("booking__isnull", False), ("client__isnull", True)),
                            _connector="OR",
                        ),
                        name="imported_key_names_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "survivor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merges",
                        to="clients.client",
                    ),
                ),
                (
                    "merged",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="was_merged",
                        to="clients.client",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("survivor_was", models.JSONField(default=dict)),
                ("survivor_became", models.JSONField(default=dict)),
                ("merged_was", models.JSONField(default=dict)),
                ("moved", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "undone_by",
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
                    models.CheckConstraint(
                        condition=models.Q(("until__gt", models.F("at"))),
                        name="merge_can_be_undone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("survivor", models.F("merged")), _negated=True),
                        name="merge_not_into_itself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at__isnull", True), ("undone_by__isnull", True)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="merge_undone_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("merged",),
                        name="merge_once_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CancelReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancel_reason",
                        to="bookings.booking",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancel_reasons",
                        to="clients.client",
                    ),
                ),
                ("text", clients.sealing.SealedText()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
