"""Corrections by hand beside a worker that runs: what it remembers does not stand in their way."""

import json
from datetime import timedelta

import pytest

from application.identity.correcting import Correcting
from application.intake.canonicaliser import FOLLOWER
from domain.identity.link import link_id
from domain.kernel import tenant_namespace
from tests.support.house import person_of
from tests.support.memory_house import NOW, MemoryHouse
from tests.support.shop import viewed


@pytest.mark.parametrize("restarted", [False, True])
def test_a_login_after_a_split_links_again(restarted: bool) -> None:
    """Evidence of before does not, and that of after does, whether the worker was started before the split or after."""
    house = MemoryHouse()
    house.receive("web", [viewed("coat", 0, cookie="c", user_id="ada")])
    account, cookie = house.surrogate("account", "ada"), house.surrogate("anonymous", "c")
    correcting = Correcting(house.log, "main", house.clock, house.ids, FOLLOWER)
    assert correcting.retract(link_id(tenant_namespace("main"), account, cookie, "login"), "sold on")
    house.project()
    assert person_of(house.read_models, account) != person_of(house.read_models, cookie)
    if restarted:
        house.canonicaliser = house.another_canonicaliser()
    house.receive("web", [viewed("hat", 1, cookie="c", user_id="ada")], "late")
    assert person_of(house.read_models, account) != person_of(house.read_models, cookie)
    again = json.loads(viewed("boots", 2, cookie="c", user_id="ada"))
    again["timestamp"] = (NOW + timedelta(hours=1)).isoformat()
    house.receive("web", [json.dumps(again).encode()], "again")
    assert person_of(house.read_models, account) == person_of(house.read_models, cookie)
