from handlers.events import OPERATIONS
from simulator.deployment import EVENTS


def test_the_app_is_told_of_every_operation_that_it_looks_at_and_of_no_other() -> None:
    told = [operation for operations in EVENTS.values() for operation in operations]
    assert sorted(told) == sorted(OPERATIONS)


def test_vm_events_go_to_one_function_and_network_events_to_the_other() -> None:
    for function, provider in (
        ("virtual_machine_events", "Microsoft.Compute"),
        ("network_events", "Microsoft.Network"),
    ):
        assert {operation.split("/")[0] for operation in EVENTS[function]} == {provider}
