"""Registering a district's sites and containers through the API, as an operator would."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import grpc
from google.protobuf.message import Message
from landlinie.common.v1 import geo_pb2
from landlinie.waste.v1 import alarm_pb2, container_pb2, site_pb2, sub_account_pb2
from waste import messages
from waste.adapters.depot_file import load_waste
from waste.domain.containers import Fraction
from waste.domain.tours_depot import DepotContainer, DepotSite

from onebox.client import DEADLINE_S, Services, connected
from onebox.credentials import Credential
from onebox.district import District
from onebox.seeding import PAGE_SIZE, content_id

ALARMS = (
    alarm_pb2.ALARM_KIND_AMPEL_RED,
    alarm_pb2.ALARM_KIND_SENSOR_SILENT,
    alarm_pb2.ALARM_KIND_SENSOR_STUCK,
    alarm_pb2.ALARM_KIND_BATTERY_LOW,
    alarm_pb2.ALARM_KIND_TILTED,
    alarm_pb2.ALARM_KIND_FIRE,
)
AT_ONCE = 8
"""As many as a service works on at once."""
PAUSES_S = (0.1, 0.3, 1.0, 3.0, 5.0, 5.0)
"""After these a write is sent again that others came before: meanwhile the service judges what is new."""


def register_containers(district: District, address: str, credential: Credential) -> int:
    """Register what is missing at the waste service there, in a sub-account of the district's own.

    The first time, what an alarm is there is said, too.

    Returns
    -------
    How many sites and containers that were.

    Raises
    ------
    FieldError
        Where the district's ``waste.json`` has mistakes.
    """
    depot = load_waste(district.folder).depot
    with connected(address, credential) as services:
        _sub_account(services, district)
        sites = {site.site_id for site in _sites(services)}
        containers = {container.container_id for container in _containers(services)}
        if not containers:
            _alarm_rules(services, district.id)
        new_sites = [_site(site, district.id) for site in depot.sites if site.site_id not in sites]
        send_all(services.containers.RegisterSite, new_sites)
        new_containers = [
            _container(each, depot.depot_id)
            for each in depot.containers
            if each.container_id not in containers
        ]
        send_all(services.containers.RegisterContainer, new_containers)
    return len(new_sites) + len(new_containers)


def send_all(method: Any, requests: Sequence[Message]) -> None:
    """Send all requests, some at a time, and again what others' writes came before.

    Raises grpc.RpcError for one that is refused, or overtaken again and again.
    """
    waiting = list(requests)
    for pause_s in PAUSES_S:
        waiting = _overtaken(method, waiting)
        if not waiting:
            return
        time.sleep(pause_s)
    for request in waiting:
        method(request, timeout=DEADLINE_S)


def _overtaken(method: Any, requests: Sequence[Message]) -> list[Message]:
    """Send each once; what has to be sent again."""
    again = []
    for begin in range(0, len(requests), AT_ONCE):
        batch = requests[begin : begin + AT_ONCE]
        sent = [method.future(request, timeout=DEADLINE_S) for request in batch]
        for request, each in zip(batch, sent, strict=True):
            try:
                each.result()
            except grpc.RpcError as error:
                if error.code() is not grpc.StatusCode.ABORTED:
                    raise
                again.append(request)
    return again


def _sub_account(services: Services, district: District) -> None:
    request = sub_account_pb2.ListSubAccountsRequest(page_size=PAGE_SIZE)
    while True:
        page = services.containers.ListSubAccounts(request, timeout=DEADLINE_S)
        if any(each.sub_account_id == district.id for each in page.sub_accounts):
            return
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    message = sub_account_pb2.SubAccount(sub_account_id=district.id, name=district.name)
    wish = sub_account_pb2.RegisterSubAccountRequest(request_id=_id(message), sub_account=message)
    send_all(services.containers.RegisterSubAccount, [wish])


def _alarm_rules(services: Services, sub_account_id: str) -> None:
    """What an alarm is before anybody has said so; nobody is told yet, but it is in the list."""
    rules = [alarm_pb2.AlarmRule(sub_account_id=sub_account_id, kind=kind) for kind in ALARMS]
    wishes = [alarm_pb2.SetAlarmRuleRequest(request_id=_id(rule), rule=rule) for rule in rules]
    send_all(services.alarms.SetAlarmRule, wishes)


def _sites(services: Services) -> Iterator[site_pb2.Site]:
    request = site_pb2.ListSitesRequest(page_size=PAGE_SIZE)
    while True:
        page = services.containers.ListSites(request, timeout=DEADLINE_S)
        yield from page.sites
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def _containers(services: Services) -> Iterator[container_pb2.Container]:
    request = container_pb2.ListContainersRequest(page_size=PAGE_SIZE)
    while True:
        page = services.containers.ListContainers(request, timeout=DEADLINE_S)
        yield from page.containers
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def _site(site: DepotSite, sub_account_id: str) -> site_pb2.RegisterSiteRequest:
    message = site_pb2.Site(
        site_id=site.site_id,
        sub_account_id=sub_account_id,
        name=site.name,
        position=geo_pb2.Position(latitude_deg=site.latitude_deg, longitude_deg=site.longitude_deg),
        opening_hours=[messages.opening_span(span) for span in site.hours],
        truck_kinds=sorted(site.truck_kinds or ()),
        curb_side=site_pb2.CURB_SIDE_RIGHT if site.curb_side else site_pb2.CURB_SIDE_EITHER,
    )
    return site_pb2.RegisterSiteRequest(request_id=_id(message), site=message)


def _container(container: DepotContainer, depot_id: str) -> container_pb2.RegisterContainerRequest:
    message = container_pb2.Container(
        container_id=container.container_id,
        site_id=container.site_id,
        depot_id=depot_id,
        kind=container_pb2.CONTAINER_KIND_IGLOO,
        fraction=messages.fraction(Fraction(container.fraction)),
        volume_l=container.volume_l,
        kg_per_l=container.kg_per_l,
        lift_duration_s=container.lift_s,
    )
    return container_pb2.RegisterContainerRequest(request_id=_id(message), container=message)


def _id(message: Any) -> str:
    return content_id(message.SerializeToString(deterministic=True))
