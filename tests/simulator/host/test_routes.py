from __future__ import annotations

import pytest

from simulator.host.routes import BadRoute, parse_route

A_GUID = "0b1f6471-1bf0-4dda-aec3-cb9272f09590"


@pytest.mark.parametrize(
    ("template", "path", "parameters"),
    [
        ("api/checks", "/api/checks", {}),
        ("api/checks", "/API/Checks/", {}),
        ("api/checks", "/api/checks/1", None),
        ("api/checks", "/api", None),
        ("vms/{name}", "/vms/web%2F1", {"name": "web/1"}),
        ("vms/{name}", "/vms", None),
        ("vms/{name?}", "/vms", {}),
        ("vms/{name=all}", "/vms", {"name": "all"}),
        ("vms/{name=all}/{size:int?}", "/vms/a/3", {"name": "a", "size": "3"}),
        ("files/{*path}", "/files/a/b/c", {"path": "a/b/c"}),
        ("files/{*path}", "/files", {}),
        ("{*path}", "/", {}),
        ("{id:int}", "/-12", {"id": "-12"}),
        ("{id:int}", "/99999999999", None),
        ("{id:long}", "/99999999999", {"id": "99999999999"}),
        ("{id:guid}", f"/{A_GUID}", {"id": A_GUID}),
        ("{id:guid}", "/12", None),
        ("{on:bool}", "/True", {"on": "True"}),
        ("{on:bool}", "/yes", None),
        ("{n:double}", "/-1.5e3", {"n": "-1.5e3"}),
        ("{n:min(3):max(5)}", "/4", {"n": "4"}),
        ("{n:min(3)}", "/2", None),
        ("{n:min(3)}", "/many", None),
        ("{n:range(3,5)}", "/6", None),
        ("{s:alpha:length(3)}", "/abc", {"s": "abc"}),
        ("{s:alpha:length(3)}", "/ab1", None),
        ("{s:length(2,4)}", "/abcde", None),
        ("{s:minlength(2)}", "/a", None),
        ("{s:maxlength(2)}", "/abc", None),
        ("{s:regex(^v\\d+$)}", "/V12", {"s": "V12"}),
        ("{s:required}", "/a", {"s": "a"}),
    ],
)
def test_a_template_matches_its_paths_and_no_others(
    template: str, path: str, parameters: dict[str, str] | None
) -> None:
    assert parse_route(template).match(path) == parameters


def test_the_more_exact_template_is_tried_first() -> None:
    templates = ["a/{*rest}", "a/{x}", "a/{x:int}", "a/b"]
    ordered = sorted(templates, key=lambda template: parse_route(template).precedence)
    assert ordered == ["a/b", "a/{x:int}", "a/{x}", "a/{*rest}"]


@pytest.mark.parametrize("template", ["a/{x", "a/x-{y}", "{x:colour}"])
def test_a_template_that_cannot_be_followed_is_refused(template: str) -> None:
    with pytest.raises(BadRoute):
        parse_route(template)
