"""What is shown while it is under way."""

import io

from rich.console import Console

from audit.progress import Watch


def watched(*, terminal: bool) -> str:
    """Show some work on a console, and give all that it showed."""
    console = Console(file=io.StringIO(), force_terminal=terminal, width=100, highlight=False)
    with Watch(console) as watch, watch.working("Reading \x1b[2JProduction") as step:
        step.advance(1200)
        step.begin("Deciding on Production", 3)
        step.advance()
        watch.wait(17)
        watch._progress.refresh()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_terminal_shows_what_is_being_done_and_how_far_it_is() -> None:
    text = watched(terminal=True)
    for piece in ("Deciding on Production", "1/3", "asking again in 17 s"):
        assert piece in text
    assert "\x1b[2JProduction" not in text


def test_what_is_no_terminal_is_told_of_waits_alone() -> None:
    assert watched(terminal=False) == "Azure can't answer just now: asking again in 17 s\n"
