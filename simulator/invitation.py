"""What `python -m simulator.up` says at first: where everything is, and lines to paste."""

from __future__ import annotations

import shlex
import sys
from datetime import timedelta
from pathlib import Path

from simulator.local import LocalAzure

_VM = "/resourceGroups/rg-{name}/providers/Microsoft.Compute/virtualMachines/{name}"
_GET = 'curl -sS --cacert "$CA" -H "x-functions-key: $KEY"'
_AHEAD = timedelta(days=365)
_REPOSITORY = Path(__file__).parents[1]

_TEXT = """\
WAC Guard runs on a local Azure, with one VM of every situation. Each second is {speed:g} simulated ones.

  the app   {app}  (key {key})
  Azure     {arm}  (subscription {subscription}), Graph {graph}
  control   {arm}/simulator/clock  (.../requests, .../faults, .../events)
  topic     {topic}  (what it has taken: {arm}/simulator/published)
  trust     {ca_file}

Paste into another terminal:
  export CA={ca} APP={app} KEY={key} SUB=/subscriptions/{subscription}

1. Ask the app about a VM that is fine, about one that is not, and about nonsense:
  {curl} -d '{{"subject": "'$SUB'{fine}"}}' | python3 -m json.tool
  {curl} -d '{{"subject": "'$SUB'{singled_out}"}}' | python3 -m json.tool
  {curl} -d '{{"subject": "web-1"}}' | python3 -m json.tool

2. See all that it knows, and what it wrote; have a write undone, and lift the hold that this leaves; stop all writes:
  {get} "$APP/api/reports" | python3 -m json.tool
  {get} -G "$APP/api/writes" --data-urlencode "subject=$SUB{fine}" | python3 -m json.tool
  WRITE=$({get} -G "$APP/api/writes" --data-urlencode "subject=$SUB{fine}" |
    python3 -c 'import json, sys; print(json.load(sys.stdin)["writes"][0]["id"])')
  {get} "$APP/api/undo" -d '{{"subject": "'$SUB'{fine}", "write": "'$WRITE'"}}' | python3 -m json.tool
  {get} "$APP/api/lift" -d '{{"subject": "'$SUB'{fine}"}}' | python3 -m json.tool
  {get} "$APP/api/stop" -d '{{"reason": "a look around"}}' | python3 -m json.tool
  {get} "$APP/api/lift" -d '{{"stop": "kill_switch"}}' | python3 -m json.tool

3. Send it an event by hand (of the future, since it has looked at that VM since any other time):
  curl -sS -w '%{{http_code}}\\n' --cacert "$CA" -H 'aeg-event-type: Notification' \\
    "$APP/runtime/webhooks/eventgrid?functionName=virtual_machine_events&code={event_key}" \\
    -d '[{{"id": "1", "topic": "'$SUB'", "subject": "'$SUB'{asleep}", "data": \
{{"operationName": "Microsoft.Compute/virtualMachines/write"}}, "dataVersion": "2", \
"eventType": "Microsoft.Resources.ResourceWriteSuccess", "eventTime": "{ahead:%Y-%m-%dT%H:%M:%SZ}"}}]'

4. Have it audit the tenant's app registrations, and see of whom there is something to tell:
  {curl} -d '{{"subject": "/providers/Microsoft.Graph/tenants/home"}}' | python3 -m json.tool
  {get} "$APP/api/reports?status=NON_COMPLIANT" | python3 -m json.tool

5. Work in the subscription with the real Azure CLI, and watch the app here:
  export AZURE_CONFIG_DIR=$(mktemp -d) REQUESTS_CA_BUNDLE="$CA" AZURE_CORE_COLLECT_TELEMETRY=no
  export IDENTITY_ENDPOINT={arm}/msi/token IDENTITY_HEADER={identity_header}
  az cloud register --name LocalAzure --endpoint-resource-manager {arm}
  az cloud set --name LocalAzure
  az login --identity --output table
  az vm list --output table
  az vm start --resource-group rg-asleep --name asleep
  az vm extension list --resource-group rg-asleep --vm-name asleep --output table
  az network nsg rule create --resource-group rg-server-2022 --nsg-name nsg-server-2022 --name DenyAllOutbound \\
    --priority 200 --direction Outbound --access Deny --protocol '*' --destination-port-ranges '*' --output table
  az network nsg rule list --resource-group rg-server-2022 --nsg-name nsg-server-2022 --output table
  az ad app list --all --query "[?spa.redirectUris].{{name: displayName, uris: spa.redirectUris}}" --output yaml

6. See what an audit from a laptop finds, which needs nothing of the app and writes nothing:
  (cd {repository} && SSL_CERT_FILE="$CA" NO_PROXY=localhost WAC_ARM_ENDPOINT={arm} WAC_GRAPH_ENDPOINT={graph} \
    AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential IDENTITY_ENDPOINT={arm}/msi/token \
    IDENTITY_HEADER={identity_header} {python} -m audit \
    --html {directory}/wac-audit.html --json {directory}/wac-audit.json) || echo "exit code $?"

7. Have it sweep the subscription; a moment later, see a line for that, and what it found:
  {curl} -d '{{"subject": "'$SUB'"}}' | python3 -m json.tool
  {get} "$APP/api/sweeps?subscription={subscription}" | python3 -m json.tool
  {get} "$APP/api/plans?subscription={subscription}" | python3 -m json.tool

Ctrl-C ends it. What the app sees, decides and does from here on:

"""


def invite(azure: LocalAzure, speed: float) -> str:
    """Write where everything is, and lines that work when pasted into a shell."""
    world = azure.world
    return _TEXT.format(
        speed=speed,
        app=azure.host_url,
        arm=azure.arm_url,
        graph=azure.graph_url,
        topic=azure.topic_url,
        subscription=world.subscription_id,
        key=azure.function_key,
        event_key=azure.host.event_grid_key,
        ca_file=azure.certificates.ca_file,
        ca=shlex.quote(str(azure.certificates.ca_file)),
        curl=f'{_GET} "$APP/api/checks"',
        get=_GET,
        fine=_VM.format(name="server-2022"),
        singled_out=_VM.format(name="singled-out"),
        asleep=_VM.format(name="asleep"),
        ahead=world.clock.now() + _AHEAD,
        identity_header=world.identity_header,
        repository=shlex.quote(str(_REPOSITORY)),
        directory=shlex.quote(str(azure.certificates.ca_file.parent)),
        python=shlex.quote(sys.executable),
    )
