"""What azd runs: each hook asks the Azure CLI for what it needs, changes no more than that, and says what it did."""

import os
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from scripts import after_deploy, after_provision, before_down
from tests.infra.bicep import ROOT
from tests.scripts.conftest import ENVIRONMENT, EXTENSIONS, GUARD, OTHER, OURS, REDIRECTS, AzureCli

Installed = Callable[..., dict[str, str]]
AZD = yaml.safe_load((ROOT / "azure.yaml").read_text())
GRAPH_SP = {
    "id": "graph",
    "appRoles": [
        {"value": "Application.Read.All", "id": "read"},
        {"value": "Application.ReadWrite.OwnedBy", "id": "owned"},
    ],
}
ROLE = f"WAC Guard extension enforcer ({OURS})"


def hooks() -> dict[str, dict[str, Any]]:
    return {**AZD["hooks"], **AZD["services"]["app"]["hooks"]}


def test_each_hook_runs_the_same_on_every_system() -> None:
    assert set(hooks()) == {"prepackage", "postprovision", "postdeploy", "predown"}
    for hook in hooks().values():
        posix, windows = hook["posix"], hook["windows"]
        assert (posix["shell"], windows["shell"]) == ("sh", "pwsh")
        assert posix["run"].replace("python3 ", "python ") == windows["run"]
        assert (ROOT / f"{posix['run'].rpartition(' ')[2].replace('.', '/')}.py").is_file()


def test_functions_are_there_before_events_are_sent_to_them() -> None:
    assert "after_deploy" in AZD["hooks"]["postdeploy"]["posix"]["run"]
    assert "watch" not in (ROOT / "infra" / "main.bicep").read_text().replace("watch.bicep", "").replace(
        "watches", ""
    )


def test_the_package_that_is_deployed_is_the_one_that_is_built() -> None:
    service = AZD["services"]["app"]
    assert (service["language"], service["dist"], service["remoteBuild"]) == ("custom", "dist/app", False)


def test_each_subscription_is_brought_under_the_app(cli: AzureCli, installed: Installed) -> None:
    installed(
        WAC_WATCH_SUBSCRIPTIONS=OTHER, WAC_EXTENSION_MODE="enforce", WAC_ENFORCE_SCOPES=f"/subscriptions/{OTHER}"
    )
    cli.says("system-topic list", [])
    cli.says("role assignment list", [])
    assert after_deploy.main() == 0
    deployed = cli.asked("deployment sub create")
    assert [f"--subscription {one} " in line for (line, _), one in zip(deployed, (OURS, OTHER), strict=True)] == [
        True
    ] * 2
    assert all(str(after_deploy.WATCH) in line and "--location westeurope" in line for line, _ in deployed)
    enforced = [body["parameters"]["enforceSubscription"]["value"] for _, (body,) in deployed]
    assert enforced == [False, True]


def test_a_subscription_that_refuses_keeps_no_other_back(
    cli: AzureCli, installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(WAC_WATCH_SUBSCRIPTIONS=OTHER)
    cli.refuses(f"system-topic list --subscription {OURS}", "ERROR: (AuthorizationFailed) no")
    cli.says("system-topic list", [])
    cli.says("role assignment list", [])
    assert after_deploy.main() == 1
    assert f"Subscription {OURS} is not watched: ERROR: (AuthorizationFailed) no" in capsys.readouterr().err
    assert len(cli.asked("deployment sub create")) == 1


def test_what_may_no_longer_be_written_is_taken_back(cli: AzureCli, installed: Installed) -> None:
    installed()
    cli.says("system-topic list", [])
    cli.says(
        "role assignment list",
        [{"id": "old", "roleDefinitionName": ROLE, "principalId": EXTENSIONS, "scope": f"/subscriptions/{OURS}"}],
    )
    assert after_deploy.main() == 0
    ((line, _),) = cli.asked("role assignment delete")
    assert "--ids old" in line


def test_another_team_s_topic_is_used_and_its_lack_of_dead_letters_told(
    cli: AzureCli, installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    installed()
    topic = {"topicType": "Microsoft.Resources.Subscriptions", "name": "theirs", "resourceGroup": "rg-theirs"}
    cli.says("system-topic list", [topic])
    cli.says("role assignment list", [])
    assert after_deploy.main() == 0
    ((_, (body,)),) = cli.asked("deployment sub create")
    assert body["parameters"]["systemTopicName"]["value"] == "theirs"
    assert "what can't be delivered is lost to all but the sweep" in capsys.readouterr().out


def test_nothing_is_asked_before_the_app_is_provisioned(
    cli: AzureCli, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    assert [after_deploy.main(), before_down.main(), after_provision.main()] == [1, 1, 1]
    assert cli.asked() == []
    assert "run azd provision first" in capsys.readouterr().err


def test_auditing_needs_to_read_registrations_and_no_more(cli: AzureCli, installed: Installed) -> None:
    installed()
    cli.says("appRoleAssignments --only", {"value": []})
    cli.says("servicePrincipals(appId", GRAPH_SP)
    assert after_provision.main() == 0
    ((line, (body,)),) = cli.asked("--method post")
    assert f"servicePrincipals/{GUARD}/appRoleAssignments" in line
    assert body == {"principalId": GUARD, "resourceId": "graph", "appRoleId": "read"}


def test_migrating_needs_to_write_those_that_it_owns(cli: AzureCli, installed: Installed) -> None:
    installed(WAC_REDIRECTS_MODE="migrate")
    cli.says(f"{GUARD}/appRoleAssignments", {"value": [{"appRoleId": "read", "resourceId": "graph"}]})
    cli.says(f"{REDIRECTS}/appRoleAssignments", {"value": []})
    cli.says("servicePrincipals(appId", GRAPH_SP)
    assert after_provision.main() == 0
    ((_, (body,)),) = cli.asked("--method post")
    assert body == {"principalId": REDIRECTS, "resourceId": "graph", "appRoleId": "owned"}


def test_whoever_may_not_grant_is_told_what_somebody_else_has_to_run(
    cli: AzureCli, installed: Installed, capsys: pytest.CaptureFixture[str]
) -> None:
    installed()
    cli.refuses("servicePrincipals(appId", "Forbidden")
    assert after_provision.main() == 0
    said = capsys.readouterr().out
    assert "Not granted: Forbidden" in said
    assert f"WAC_GUARD_PRINCIPAL_ID={GUARD}" in said


def test_leaving_takes_away_what_is_ours_and_nothing_else(cli: AzureCli, installed: Installed) -> None:
    installed()
    topic = {"topicType": "Microsoft.Resources.Subscriptions", "name": "theirs", "resourceGroup": "rg-theirs"}
    cli.says("system-topic list", [topic])
    cli.says("event-subscription list", [{"name": "wac-guard-networks"}, {"name": "theirs"}])
    cli.says("group exists", answer=True)
    cli.says(
        "role assignment list", [{"id": "a", "roleDefinitionName": ROLE}, {"id": "b", "roleDefinitionName": "Owner"}]
    )
    cli.says("role definition list", [{"name": "c", "roleName": ROLE}, {"name": "d", "roleName": "Our reader"}])
    assert before_down.main() == 0
    deleted = [line.partition(" --only")[0] for line, _ in cli.asked(" delete ")]
    assert [line.partition(" delete ")[0] for line in deleted] == [
        "eventgrid system-topic event-subscription",
        "monitor metrics alert",
        "group",
        "role assignment",
        "role definition",
    ]
    assert "--name wac-guard-networks" in deleted[0]
    assert "--name rg-wac-guard-events" in deleted[2]
    assert "--ids a " in deleted[3]
    assert "--name c " in deleted[4]


def test_without_an_azure_cli_it_says_so(
    installed: Installed,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: os.PathLike[str],
) -> None:
    installed()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert after_deploy.main() == 1
    assert "there is no Azure CLI here" in capsys.readouterr().err
