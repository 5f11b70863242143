"""A client's own data as FHIR R4 resources (Patient, QuestionnaireResponse, Appointment, Consent),
one collection. Pure: made of the document of `queries.own_data`, which is JSON.

Codes are those of HL7's own tables where there are any; what a clinic calls its own stays text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Resource = dict[str, Any]

SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"
STATUS = {
    "REQUESTED": "pending",
    "BOOKED": "booked",
    "CONFIRMED": "booked",
    "ARRIVED": "arrived",
    "IN_SESSION": "checked-in",
    "DONE": "fulfilled",
    "DECLINED": "cancelled",
    "CANCELLED": "cancelled",
    "NO_SHOW": "noshow",
}


def bundle(document: Mapping[str, Any]) -> Resource:
    """Return everything as one Bundle of type collection."""
    resources = [
        patient(document["person"]),
        *(_appointment(one, document["person"]) for one in document["visits"]),
        *(_form(one, document["person"]) for one in document["forms"]),
        *(_safety(one, document["person"]) for one in document["safety_answers"]),
        *(_signed(one, document["person"]) for one in document["consents"]),
        *_contact(document),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": document["made_at"],
        "entry": [
            {"fullUrl": f"urn:uuid:{one['id']}", "resource": one}
            if one["id"].count("-") == 4
            else {"resource": one}
            for one in resources
        ],
    }


def patient(person: Mapping[str, Any]) -> Resource:
    telecom = [
        {"system": system, "value": person[field]}
        for system, field in (("email", "email"), ("phone", "phone"))
        if person[field]
    ]
    found: Resource = {
        "resourceType": "Patient",
        "id": person["uid"],
        "name": [{"use": "usual", "text": person["name"]}],
        "communication": [{"language": {"coding": [_language(person["language"])]}}],
    }
    return {**found, "telecom": telecom} if telecom else found


def _language(code: str) -> dict[str, str]:
    base, _dash, region = code.partition("-")
    return {
        "system": "urn:ietf:bcp:47",
        "code": f"{base}-{region.upper()}" if region else base,
    }


def _subject(person: Mapping[str, Any]) -> dict[str, str]:
    return {"reference": f"urn:uuid:{person['uid']}", "display": person["name"]}


def _appointment(visit: Mapping[str, Any], person: Mapping[str, Any]) -> Resource:
    gone = STATUS[visit["status"]] in {"cancelled", "noshow"}
    accepted = {"status": "declined" if gone else "accepted"}
    return {
        "resourceType": "Appointment",
        "id": visit["uid"],
        "status": STATUS[visit["status"]],
        "description": visit["session"],
        "start": visit["starts_at"],
        "end": visit["ends_at"],
        "minutesDuration": visit["minutes"],
        "created": visit["booked_at"],
        "participant": [
            {"actor": _subject(person), **accepted},
            {"actor": {"type": "Practitioner", "display": visit["practitioner"]}, **accepted},
            {"actor": {"type": "Location", "display": visit["place"]}, **accepted},
        ],
    }


def _form(form: Mapping[str, Any], person: Mapping[str, Any]) -> Resource:
    return _response(
        form["uid"],
        f"urn:jade:intake:{form['version']}",
        form["submitted_at"],
        form["answers"],
        person,
    )


def _safety(answers: Mapping[str, Any], person: Mapping[str, Any]) -> Resource:
    return _response(
        answers["uid"],
        f"urn:jade:safety-questions:{answers['version']}",
        answers["given_at"],
        answers["answers"],
        person,
    )


def _response(
    uid: str,
    questionnaire: str,
    at: str,
    answers: list[Mapping[str, Any]],
    person: Mapping[str, Any],
) -> Resource:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": uid,
        "questionnaire": questionnaire,
        "status": "completed",
        "subject": _subject(person),
        "authored": at,
        "item": [
            {
                "linkId": one["code"],
                "text": one["question"],
                **({"answer": [{"valueString": one["words"]}]} if one["words"].strip() else {}),
            }
            for one in answers
        ]
        or [{"linkId": "none", "text": "No answers"}],
    }


def _signed(signed: Mapping[str, Any], person: Mapping[str, Any]) -> Resource:
    found = _consent(
        signed["uid"],
        person,
        at=signed["at"],
        scope="treatment" if signed["kind"] == "TREATMENT" else "patient-privacy",
        active=signed["withdrawn_at"] is None,
        rule=f"{signed['title']}, version {signed['version']} (SHA-256 {signed['digest']})",
    )
    found["provision"]["provision"] = [
        {"type": "permit" if item["yes"] else "deny", "code": [{"text": item["heading"]}]}
        for item in signed["items"]
    ]
    return found


def _contact(document: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield what holds of being written to: the newest word for each channel and purpose."""
    newest = {(one["channel"], one["purpose"]): one for one in document["may_we_write"]}
    for number, ((channel, purpose), one) in enumerate(sorted(newest.items()), start=1):
        found = _consent(
            f"contact-{number}",
            document["person"],
            at=one["at"],
            scope="patient-privacy",
            active=True,
            rule=f"Being written to: {purpose.lower()} by {channel.lower()}",
        )
        found["provision"]["type"] = "permit" if one["granted"] else "deny"
        yield found


def _consent(
    uid: str, person: Mapping[str, Any], *, at: str, scope: str, active: bool, rule: str
) -> Resource:
    return {
        "resourceType": "Consent",
        "id": uid,
        "status": "active" if active else "inactive",
        "scope": {"coding": [{"system": SCOPES, "code": scope}]},
        "category": [{"coding": [{"system": LOINC, "code": "59284-0"}]}],
        "patient": _subject(person),
        "dateTime": at,
        "policyRule": {"text": rule},
        "provision": {"type": "permit"},
    }
