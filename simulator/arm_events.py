"""What a subscription's system topic says of a request to ARM, in both of Event Grid's schemas."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from simulator.arm.answers import ArmRequest, zulu
from simulator.arm.ids import ArmId
from simulator.identity import ARM_AUDIENCES, Identity
from simulator.store import Json

MICROSOFT_CLAIMS = "http://schemas.microsoft.com/identity/claims"
PERSONAL_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"


def describe(request: ArmRequest, now: datetime, tenant_id: str, *, succeeded: bool) -> Json:
    """Make the event of a write, delete or action that has ended, in the Event Grid schema."""
    resource = ArmId.parse(request.path)
    subject = resource.text.rsplit("/", 1)[0] if request.method == "POST" else resource.text
    topic = f"/subscriptions/{resource.subscription_id}"
    return {
        "id": str(uuid4()),
        "topic": topic,
        "subject": subject,
        "eventType": f"Microsoft.Resources.Resource{_verb(request)}{'Success' if succeeded else 'Failure'}",
        "eventTime": zulu(now),
        "dataVersion": "2",
        "metadataVersion": "1",
        "data": {
            "authorization": {
                "scope": subject,
                "action": request.operation_name,
                "evidence": {"role": "Contributor", "principalId": request.caller.object_id.replace("-", "")},
            },
            "claims": _claims(request.caller, tenant_id),
            "correlationId": request.correlation_id,
            "httpRequest": {
                "clientRequestId": request.headers.get("x-ms-client-request-id", ""),
                "clientIpAddress": "127.0.0.1",
                "method": request.method,
                "url": f"{request.base_url}{request.path}?api-version={request.api_version}",
            },
            "resourceProvider": request.operation_name.split("/")[0],
            "resourceUri": subject,
            "operationName": request.operation_name,
            "status": "Succeeded" if succeeded else "Failed",
            "subscriptionId": resource.subscription_id,
            "tenantId": tenant_id,
        },
    }


def _claims(caller: Identity, tenant_id: str) -> Json:
    claims: Json = {
        "aud": ARM_AUDIENCES[0],
        "iss": f"https://sts.windows.net/{tenant_id}/",
        "appid": caller.client_id,
        f"{MICROSOFT_CLAIMS}/objectidentifier": caller.object_id,
        f"{MICROSOFT_CLAIMS}/tenantid": tenant_id,
    }
    claims |= {"name": caller.name} if caller.name else {}
    return claims | ({f"{PERSONAL_CLAIMS}/{claim}": caller.upn for claim in ("name", "upn")} if caller.upn else {})


def as_cloud_event(event: Json) -> Json:
    """Give the same event in the CloudEvents 1.0 schema."""
    return {
        "specversion": "1.0",
        "id": event["id"],
        "source": event["topic"],
        "type": event["eventType"],
        "time": event["eventTime"],
        "subject": event["subject"],
        "data": event["data"],
    }


def _verb(request: ArmRequest) -> str:
    return {"DELETE": "Delete", "POST": "Action"}.get(request.method, "Write")
