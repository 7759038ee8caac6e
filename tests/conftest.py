"""What every test stands on: trust in the local Azure's certificate, and one local Azure per test process."""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import hypothesis
import pytest

from simulator.tls import make_certificates

# The same examples on every run; CI's fuzzing draws many more, at random (HYPOTHESIS_PROFILE=fuzz).
_SLOW_TO_START = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=_SLOW_TO_START, database=None
)
hypothesis.settings.register_profile("fuzz", max_examples=400, deadline=None, suppress_health_check=_SLOW_TO_START)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# Whoever starts the tests in the background may have them ignore Ctrl-C, and with them each command that they start
# and send it to. What is handled here is not handed down.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CERTIFICATES = Path(tempfile.mkdtemp(prefix="wac-guard-tests-"))
atexit.register(shutil.rmtree, CERTIFICATES, ignore_errors=True)
# aiohttp reads it once, when it is imported: so it is set before any test module is. Where the real Azure is asked
# (make verify-azure), what this machine trusts is left as it is.
if not os.environ.get("WAC_VERIFY_SUBSCRIPTION"):
    os.environ["SSL_CERT_FILE"] = str(make_certificates(CERTIFICATES).ca_file)

import aiohttp  # noqa: E402

from simulator.local import LocalAzure  # noqa: E402 - imports aiohttp


@pytest.fixture(scope="session")
async def running_azure() -> AsyncIterator[LocalAzure]:
    """A local Azure without an app, which every test that wants one shares."""
    async with LocalAzure(directory=CERTIFICATES) as azure:
        yield azure


@pytest.fixture
async def azure(running_azure: LocalAzure) -> LocalAzure:
    """The local Azure with a fresh world and empty queues."""
    await running_azure.reset()
    return running_azure


def trusting() -> aiohttp.ClientSession:
    """Give an HTTP client that trusts the local Azure."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
