"""What is served behind `/v1.0/`. Named segments come before those that take any id."""

from __future__ import annotations

from simulator.graph import delta, federated_credentials, lists, owners, passwords, writes
from simulator.graph.permissions import Need
from simulator.graph.router import Route, Router

ONE = "applications/{id}"
CREDENTIALS = f"{ONE}/federatedIdentityCredentials"
CREDENTIAL = f"{CREDENTIALS}/{{credential}}"

ROUTER = Router(
    (
        Route("GET", "applications", Need.READ, lists.list_applications),
        Route("POST", "applications", Need.CREATE, writes.create),
        Route("GET", "applications/$count", Need.READ, lists.count_applications),
        Route("GET", "applications/delta", Need.READ, delta.track_applications),
        Route("GET", ONE, Need.READ, writes.get),
        Route("PATCH", ONE, Need.CHANGE, writes.change),
        Route("DELETE", ONE, Need.CHANGE, writes.delete),
        Route("GET", f"{ONE}/owners", Need.READ, owners.list_owners),
        Route("POST", f"{ONE}/owners/$ref", Need.CHANGE, owners.add_owner),
        Route("DELETE", f"{ONE}/owners/$ref", Need.CHANGE, owners.remove_owner),
        Route("DELETE", f"{ONE}/owners/{{owner}}/$ref", Need.CHANGE, owners.remove_owner),
        Route("GET", CREDENTIALS, Need.READ, federated_credentials.list_credentials),
        Route("POST", CREDENTIALS, Need.CHANGE, federated_credentials.create_credential),
        Route("GET", CREDENTIAL, Need.READ, federated_credentials.get_credential),
        Route("PATCH", CREDENTIAL, Need.CHANGE, federated_credentials.change_credential),
        Route("DELETE", CREDENTIAL, Need.CHANGE, federated_credentials.delete_credential),
        Route("POST", f"{ONE}/addPassword", Need.CHANGE, passwords.add_password),
        Route("POST", f"{ONE}/removePassword", Need.CHANGE, passwords.remove_password),
    )
)
