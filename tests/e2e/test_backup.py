"""A backup of services that run, and services that go on from it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from landlinie.pooling.v1 import fleet_pb2
from onebox.backup.commands import restore_backup, write_backup
from onebox.day.server_process import start
from ride_calls import all_rides, ask_and_book, stops_of, stub_for, trip

from conftest import DISTRICT, EVENING_BEFORE, Starter


@pytest.mark.slow
@pytest.mark.network
def test_services_go_on_from_a_backup_made_while_they_ran(start_services: Starter, tmp_path: Path) -> None:
    first = start_services()
    with stub_for(first) as stub:
        zone = stub.ListZones(fleet_pb2.ListZonesRequest()).zones[0]
        stops = stops_of(stub, zone.zone_id)
    morning = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

    def book(number: int) -> str | None:
        when = morning + timedelta(minutes=15 * number)
        with stub_for(first) as own:
            booked = ask_and_book(own, trip(f"trip-{number}", stops[0].position, stops[-1].position, when))
        return booked.ride.ride_id if booked.ride else None

    before = {ride for number in range(4) if (ride := book(number))}
    assert before
    with ThreadPoolExecutor(3) as crowd:
        meanwhile = crowd.map(book, range(4, 16))
        write_backup(tmp_path / "b.tar.gz", first.data_dir, None)
        during = {ride for ride in meanwhile if ride}
    first.kill()

    restore_backup(tmp_path / "b.tar.gz", tmp_path / "restored", None)
    second = start(DISTRICT, tmp_path / "restored", EVENING_BEFORE, seed_days=2)
    try:
        with stub_for(second) as stub:
            kept = {ride.ride_id for ride in all_rides(stub)}
            assert before <= kept <= before | during
            again = ask_and_book(stub, trip("trip-0", stops[0].position, stops[-1].position, morning))
        assert again.ride is not None
        assert again.ride.ride_id in before, "a request of before the backup is known again"
    finally:
        second.kill()
