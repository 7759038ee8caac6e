"""Waiting for Azure where somebody waits for the answer: as long as it asks, and not for ever."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest
from azure.core.exceptions import ServiceRequestError

from shared.azure.patience import Patience


@dataclass(frozen=True, slots=True)
class Answer:
    status_code: int
    headers: dict[str, str] = field(default_factory=dict)


FINE = Answer(200)
LOST = ServiceRequestError("dropped")


class Azure:
    """Answers one after the other, the last one again and again, and has a clock that waiting moves."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.waits: list[float] = []
        self.asked = 0
        self.patience = Patience(lambda _: None, self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def send(self) -> Answer:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("answers", "status", "waits"),
    [
        ((FINE,), 200, []),
        ((Answer(404),), 404, []),
        ((Answer(403, {"Retry-After": "5"}),), 403, []),
        ((Answer(429, {"Retry-After": "17"}), FINE), 200, [17]),
        ((Answer(503), Answer(500), FINE), 200, [1, 2]),
        ((Answer(503), Answer(429, {"Retry-After": "9"}), FINE), 200, [1, 9]),
        ((LOST, FINE), 200, [1]),
        ((httpx.ConnectError("dropped"), FINE), 200, [1]),
        ((Answer(503),), 503, [1, 2, 4, 8, 16]),
        ((Answer(429, {"Retry-After": "600"}),), 429, []),
        ((Answer(429, {"Retry-After": "100"}),), 429, [100]),
    ],
)
async def test_it_waits_as_long_as_azure_asks_and_three_minutes_at_most(
    answers: tuple[Answer | Exception, ...], status: int, waits: list[float]
) -> None:
    azure = Azure(*answers)
    answer = await azure.patience.outlast(azure.send)
    assert (answer.status_code, azure.waits) == (status, waits)


@pytest.mark.parametrize("error", [LOST, httpx.ReadTimeout("slow")])
async def test_what_never_answers_is_given_up(error: Exception) -> None:
    azure = Azure(error)
    with pytest.raises(type(error)):
        await azure.patience.outlast(azure.send)
    assert azure.asked == 6


async def test_a_bug_is_no_passing_failure() -> None:
    azure = Azure(ValueError("a bug"))
    with pytest.raises(ValueError, match="a bug"):
        await azure.patience.outlast(azure.send)
    assert azure.asked == 1


async def test_whoever_waits_is_told() -> None:
    told: list[float] = []
    tell: Callable[[float], None] = told.append

    async def sleep(_: float) -> None: ...

    azure = Azure(Answer(429, {"Retry-After": "3"}), FINE)
    await Patience(tell, sleep).outlast(azure.send)
    assert told == [3]
