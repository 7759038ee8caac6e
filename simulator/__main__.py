"""`python -m simulator`: serves ARM, Microsoft Graph and a managed identity on loopback until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import inspect
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from simulator.clock import Clock
from simulator.server import ArmServer
from simulator.tls import Certificates, make_certificates
from simulator.world import World

INTRODUCTION = """\
A local Azure is at {url}
  Graph         {graph_url}
  topic         {topic_url}
  subscription  {subscription}
  tenant        {tenant}
  trust         {ca_file}
  time          {now:%Y-%m-%d %H:%M:%S} UTC, {speed:g} times as fast as real time
  control       {url}/simulator/clock (…/clock/advance, /requests, /faults, /events, /published)

Azure SDKs:
  export IDENTITY_ENDPOINT={url}/msi/token IDENTITY_HEADER={identity_header}
  export SSL_CERT_FILE={ca_file}
  and give the management clients base_url={url}, those of Graph {graph_url}/v1.0

Azure CLI:
  export IDENTITY_ENDPOINT={url}/msi/token IDENTITY_HEADER={identity_header}
  export AZURE_CONFIG_DIR=$(mktemp -d) REQUESTS_CA_BUNDLE={ca_file}
  az cloud register --name LocalAzure --endpoint-resource-manager {url}
  az cloud set --name LocalAzure && az login --identity

Interrupt with Ctrl-C.
"""


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=4433, help="port on loopback (%(default)s; 0: any free one)")
    parser.add_argument("--graph-port", type=int, default=4434, help="Graph's port (%(default)s; 0: any free one)")
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per real second (%(default)s)")
    parser.add_argument("--directory", type=Path, help="where certificates are kept (a temporary one otherwise)")
    parser.add_argument("--estate", help="module:function that is given the World and fills it")
    options = parser.parse_args()
    directory = options.directory or Path(tempfile.mkdtemp(prefix="local-azure-"))
    world = World(Clock(datetime.now(UTC)))
    world.retry_after_scale = 1 / options.speed
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(world, make_certificates(directory.absolute()), options))


async def _serve(world: World, certificates: Certificates, options: argparse.Namespace) -> None:
    if options.estate:
        await _settle(world, options.estate)
    async with ArmServer(world, certificates, options.port, options.graph_port) as server:
        sys.stdout.write(_introduce(world, certificates, server, options.speed))
        sys.stdout.flush()
        await world.clock.run(options.speed)


async def _settle(world: World, name: str) -> None:
    module, _, function = name.partition(":")
    outcome = getattr(importlib.import_module(module), function)(world)
    if inspect.isawaitable(outcome):
        await outcome


def _introduce(world: World, certificates: Certificates, server: ArmServer, speed: float) -> str:
    return INTRODUCTION.format(
        url=server.url,
        graph_url=server.graph_url,
        topic_url=server.topic_url,
        subscription=world.subscription_id,
        tenant=world.tenant_id,
        ca_file=certificates.ca_file,
        now=world.clock.now(),
        speed=speed,
        identity_header=world.identity_header,
    )


if __name__ == "__main__":
    main()
