"""What is kept of containers: registered, isolated by sub-account, measured once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from district import NOON, Office, container, depot_of, device, reading, site
from service_kit.errors import AlreadyExists, FailedPrecondition, InvalidInput, NotFound
from service_kit.once import Overtaken
from waste.adapters import container_tables
from waste.application.ports_containers import AuditFilter, Chosen, Span
from waste.domain.access import EVERYTHING, Scope, scope_of
from waste.domain.containers import Container, Device, Site, SubAccount

ON_BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
pytestmark = pytest.mark.network


@ON_BOTH
def test_the_migrated_database_is_the_one_the_code_knows(office: Office) -> None:
    with office.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), container_tables.metadata) == []
        assert "states" in sa.inspect(connection).get_table_names()


@ON_BOTH
def test_what_is_registered_is_listed_in_pages_to_those_whose_it_is(office: Office) -> None:
    office.settle("east", device_count=3)
    office.settle("west")
    east = Chosen(scope_of(depot_of("east")))
    registry = office.registry
    assert [each.id for each in registry.listed(Device, east, "", 2)] == ["east-0", "east-1"]
    assert [each.id for each in registry.listed(Device, east, "east-1", 2)] == ["east-2"]
    assert [each.id for each in registry.listed(SubAccount, east, "", 9)] == ["east"]
    assert len(registry.listed(Container, Chosen(EVERYTHING), "", 9)) == 2
    assert registry.listed(Container, Chosen(east.scope.narrowed("west")), "", 9) == []
    assert registry.listed(Site, Chosen(Scope(frozenset())), "", 9) == []
    found = registry.find(Container, "east-box", east.scope)
    assert found == container("east-box", "east-site", "east")


def test_others_things_do_not_exist(office: Office) -> None:
    office.settle("east")
    office.settle("west")
    intruder = depot_of("west")
    registry, call = office.registry, office.call
    with pytest.raises(NotFound, match="no site 'east-site'"):
        registry.change_site(call(intruder), site("east-site", "east"))
    with pytest.raises(NotFound):
        registry.remove_site(call(intruder), "east-site")
    with pytest.raises(NotFound, match=r"container\.site_id"):
        registry.add_container(call(intruder), container("mine", "east-site"))
    with pytest.raises(NotFound, match="sub-account 'east'"):
        registry.add_site(call(intruder), site("mine", "east"))
    with pytest.raises(NotFound):
        registry.remove_container(call(intruder), "east-box")
    with pytest.raises(NotFound):
        registry.change_device(call(intruder), device("east-0", "", "west-box"))
    with pytest.raises(NotFound, match=r"device\.container_id"):
        registry.add_device(call(intruder), device("mine", "west", "east-box"))
    with pytest.raises(NotFound):
        registry.remove_device(call(intruder), "east-0")
    with pytest.raises(NotFound):
        office.levels.levels("east-box", intruder, Span(), 9)
    with pytest.raises(NotFound):
        office.levels.report_readings(call(intruder), [reading("east-0", NOON, 500)])


def test_what_makes_no_sense_is_refused(office: Office) -> None:
    office.settle("east")
    office.settle("west")
    registry, call = office.registry, office.call
    with pytest.raises(AlreadyExists, match="'east-box'"):
        registry.add_container(call(), container("east-box", "west-site"))
    with pytest.raises(FailedPrecondition, match="containers stand at"):
        registry.remove_site(call(), "east-site")
    with pytest.raises(InvalidInput, match=r"'nowhere' is no depot of the district: yard"):
        registry.add_container(call(), replace(container("box", "east-site"), depot_id="nowhere"))
    with pytest.raises(InvalidInput, match="stays where it was registered"):
        registry.change_site(call(), site("east-site", "west"))
    with pytest.raises(InvalidInput, match="stays where it was registered"):
        registry.change_container(call(), container("east-box", "west-site"))
    # A sensor of one sub-account never watches another's container, whoever says so.
    with pytest.raises(NotFound, match=r"device\.container_id"):
        registry.change_device(call(), device("east-0", "east", "west-box"))


def test_a_container_that_is_removed_leaves_its_sensors_free(office: Office) -> None:
    office.settle("east", device_count=2)
    office.registry.remove_container(office.call(), "east-box")
    devices = office.registry.listed(Device, Chosen(EVERYTHING), "", 9)
    assert [each.watched for each in devices] == [None, None]
    assert office.levels.states(Chosen(EVERYTHING), "", 9) == []
    office.registry.remove_site(office.call(), "east-site")
    assert office.registry.listed(Site, Chosen(EVERYTHING), "", 9) == []


def test_the_past_of_an_id_is_not_handed_on(office: Office) -> None:
    office.settle("east")
    office.settle("west")
    office.levels.take([reading("east-0", NOON, 1000)])
    office.registry.remove_container(office.call(), "east-box")
    # Never emptied: the id is free again, and nothing is left of what was measured.
    office.registry.add_container(office.call(), container("east-box", "west-site"))
    assert office.levels.levels("east-box", depot_of("west"), Span(), 9) == []
    office.levels.emptied("west-box", NOON)
    office.registry.remove_container(office.call(), "west-box")
    with pytest.raises(AlreadyExists, match="'west-box'"):
        office.registry.add_container(office.call(), container("west-box", "east-site"))
    office.registry.add_container(office.call(), container("west-box", "west-site"))
    [(_, lift)] = office.levels.lifts(Chosen(scope_of(depot_of("west"))), Span(), 0, 9)
    assert lift.container_id == "west-box"


def test_a_write_sent_again_is_done_once(office: Office) -> None:
    first = office.registry.add_sub_account(office.call(request_id="again"), SubAccount("a", "A", NOON))
    office.pass_time(minutes=1)
    again = office.registry.add_sub_account(office.call(request_id="again"), SubAccount("a", "A", NOON))
    assert first == again
    assert len(office.registry.listed(SubAccount, Chosen(EVERYTHING), "", 9)) == 1


@ON_BOTH
def test_a_reading_is_taken_once_however_often_it_comes(office: Office) -> None:
    office.settle("east")
    told = [reading("east-0", NOON + timedelta(minutes=each), 1000) for each in range(3)]
    first = office.levels.take([*told, told[0], reading("stranger", NOON, 900)])
    again = office.levels.take(told[::-1])
    assert (len(first.new), first.known_count, first.unknown_device_ids) == (3, 1, frozenset({"stranger"}))
    assert (len(again.new), again.known_count) == (0, 3)
    assert office.levels.readings("east-0", depot_of("east"), Span(), 9) == told
    levels = office.levels.levels("east-box", depot_of("east"), Span(end=told[2].at), 9)
    assert [(level.at, round(level.level_share, 3)) for level in levels] == [
        (told[0].at, 0.6),
        (told[1].at, 0.6),
    ]


@ON_BOTH
def test_several_that_take_the_same_readings_at_once_store_them_once(office: Office) -> None:
    office.settle("east")
    told = [reading("east-0", NOON + timedelta(seconds=each), 1000) for each in range(50)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: office.levels.take(told), range(4)))
    assert office.levels.readings("east-0", depot_of("east"), Span(), 99) == told
    assert len(office.levels.levels("east-box", depot_of("east"), Span(), 99)) == 50


def test_what_a_device_measured_for_another_stays_there(office: Office) -> None:
    office.settle("east")
    office.settle("west")
    office.levels.take([reading("east-0", NOON, 1000)])
    office.registry.remove_device(office.call(), "east-0")
    office.registry.add_device(office.call(), device("east-0", "west", "west-box"))
    office.levels.take([reading("east-0", NOON + timedelta(hours=1), 500)])
    seen = office.levels.readings("east-0", depot_of("west"), Span(), 9)
    assert [each.at for each in seen] == [NOON + timedelta(hours=1)]


@ON_BOTH
def test_a_state_follows_the_one_before_it(office: Office) -> None:
    office.settle("east")
    with office.store.reading() as reader:
        state = reader.state("east-box", EVERYTHING)
    assert state is not None
    with office.store.writing() as writer:
        writer.put_state(replace(state, version=2), NOON, 0)
    with pytest.raises(Overtaken), office.store.writing() as writer:
        writer.put_state(replace(state, version=2), NOON, 0)


@ON_BOTH
def test_old_measurements_are_deleted(office: Office) -> None:
    office.settle("east")
    office.levels.take([reading("east-0", NOON + timedelta(days=each), 1000) for each in range(3)])
    with office.store.writing() as writer:
        border = NOON + timedelta(days=1)
        gone = writer.purge(
            answered_before=NOON - timedelta(days=1), audited_before=NOON, measured_before=border
        )
    assert gone == 2
    assert len(office.levels.readings("east-0", depot_of("east"), Span(), 9)) == 2


def test_who_did_what_is_known(office: Office) -> None:
    office.settle("east")
    with office.store.reading() as reader:
        entries = reader.audit_entries(AuditFilter(None, None, None), 0, 99)
    assert [entry.outcome for _, entry in entries] == ["OK"] * 4
    assert {entry.subject for _, entry in entries} == {"ops"}
