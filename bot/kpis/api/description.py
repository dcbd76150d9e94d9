"""The description of the HTTP API (OpenAPI 3.1). The schemas of what is sent are those that `schema` checks."""

from collections.abc import Mapping
from typing import Any

from bot.kpis.api.budget import REQUESTS
from bot.kpis.api.schema import BATCH, ENTRY, ISO_DAY, MEMBER_ID, PLAIN_NUMBER

ENTRIES_PATH = "/api/v1/kpi-entries"
DESCRIPTION_PATH = "/api/v1/openapi.json"

_STORED: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["entry", "kpi", "value", "on", "member"],
    "properties": {
        "entry": {"type": "string", "description": "The id under which Denyut keeps the value."},
        "kpi": {"type": "string", "description": "The KPI's key."},
        "value": {"type": "string", "pattern": PLAIN_NUMBER, "description": "The value, exactly."},
        "on": {"type": "string", "format": "date", "pattern": ISO_DAY},
        "member": {"type": "string", "pattern": MEMBER_ID},
        "note": {"type": "string"},
        "id": {"type": "string", "description": "The sender's own id, where one was sent."},
    },
}
_ANSWER: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["entries"],
    "properties": {"entries": {"type": "array", "items": {"$ref": "#/components/schemas/StoredEntry"}}},
}
_PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, in one sentence for people."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer", "examples": ["/entries/3/value"]},
                    "detail": {"type": "string"},
                },
            },
        },
        "reference": {"type": "string", "description": "Under what the server's log tells of a fault of its own."},
    },
}
_REFUSALS: Mapping[str, str] = {
    "400": "The body is not JSON, or there is neither an Idempotency-Key nor an id with every entry.",
    "401": "The token is missing, unknown or revoked.",
    "403": "The token's maker has left, or may not log all of this.",
    "408": "The request did not arrive in time.",
    "409": "The same key or id was sent before with other contents.",
    "413": "The body is larger than 1 MB.",
    "415": "The content type is not application/json.",
    "422": "The body is JSON, and something in it cannot be recorded; all of it is listed.",
    "429": f"The token sent more than {REQUESTS} requests within a minute; Retry-After says when to go on.",
    "500": "A fault of the server, told in its log under the reference; send the same request again.",
    "503": "The server is stopping; send the same request again.",
}
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
_REFUSED_WITH: Mapping[str, Any] = {
    "401": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    "429": _RETRY_AFTER,
    "503": _RETRY_AFTER,
}
_KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 255},
    "description": "The same for every try of one request, another for each new one. It may be left out where every "
    "entry has an id of its own.",
}


def description() -> dict[str, Any]:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Denyut",
            "version": "1",
            "description": "KPI values from other systems. Admins make and revoke tokens in Slack with `/kpi tokens`.",
        },
        "paths": {ENTRIES_PATH: {"post": _post()}, DESCRIPTION_PATH: {"get": _get()}},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {
                "Entry": ENTRY,
                "Batch": BATCH,
                "StoredEntry": _STORED,
                "StoredEntries": _ANSWER,
                "Problem": _PROBLEM,
            },
        },
    }


def _post() -> dict[str, Any]:
    either = {"oneOf": [{"$ref": "#/components/schemas/Entry"}, {"$ref": "#/components/schemas/Batch"}]}
    refusals = {status: _refusal(status, said) for status, said in _REFUSALS.items()}
    return {
        "operationId": "recordKpiEntries",
        "summary": "Records KPI values: all of the request, or nothing of it.",
        "security": [{"token": []}],
        "parameters": [_KEY],
        "requestBody": {"required": True, "content": {"application/json": {"schema": either}}},
        "responses": {
            "201": _stored("Stored, at least some of them now."),
            "200": _stored("All of them were stored by an earlier request: the answer is the same as then."),
            **refusals,
        },
    }


def _get() -> dict[str, Any]:
    answer = {"description": "This document.", "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"operationId": "describe", "summary": "This description.", "security": [], "responses": {"200": answer}}


def _stored(said: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/StoredEntries"}
    return {"description": said, "content": {"application/json": {"schema": schema}}}


def _refusal(status: str, said: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    answer = {"description": said, "content": {"application/problem+json": {"schema": schema}}}
    return {**answer, "headers": _REFUSED_WITH[status]} if status in _REFUSED_WITH else answer
