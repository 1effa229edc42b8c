"""docker-compose.yml's commands, run as they stand against a real PostgreSQL and Valkey."""

import shlex

from tests.processes import ROOT
from tests.services.conftest import House
from tests.services.stack import SERVICES


def test_both_web_processes_find_themselves_the_database_and_the_worker_alive(
    house: House,
) -> None:
    for web in house.stack.webs:
        web.wait()  # a test before may have stopped their Valkey
    assert len({web.port for web in house.stack.webs}) == 2


def test_no_process_of_the_stack_writes_down_who_asked(house: House) -> None:
    for web in house.stack.webs:
        web.health()

    assert [web.log() for web in house.stack.webs if "127.0.0.1" in web.log()] == []


def test_the_procfile_runs_what_docker_compose_runs() -> None:
    lines = (ROOT / "Procfile").read_text().splitlines()
    procfile = {name: shlex.split(line) for name, _, line in (li.partition(":") for li in lines)}
    ours = {"8000": "$PORT", "0.0.0.0": "127.0.0.1"}  # noqa: S104

    assert procfile == {
        name: [ours.get(part, part) for part in SERVICES[name]["command"]]
        for name in ("web", "worker", "beat")
    }
