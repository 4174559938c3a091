"""Calls around what is registered."""

# ruff: noqa: N802 - methods are named as on the wire

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import Message
from landlinie.waste.v1 import container_pb2, site_pb2, sub_account_pb2
from service_kit.faults import Faults
from service_kit.grpc_calls import Context

from waste import messages
from waste.application.ports_containers import KeptT
from waste.application.registry import Registry
from waste.domain.containers import Container, Device, Site, SubAccount
from waste.entrypoints.base import Calls, call_of
from waste.entrypoints.container_requests import container_of, device_of, site_of, sub_account_of

ResponseT = TypeVar("ResponseT", bound=Message)


class RegistryCalls(Calls):
    """Sub-accounts, sites, containers and devices."""

    _registry: Registry

    async def RegisterSubAccount(
        self, request: sub_account_pb2.RegisterSubAccountRequest, context: Context
    ) -> sub_account_pb2.RegisterSubAccountResponse:
        faults = Faults()
        response = sub_account_pb2.RegisterSubAccountResponse

        def told(done: SubAccount) -> Message:
            return response(sub_account=messages.sub_account(done))

        call = call_of(request, told, faults)
        asked = sub_account_of(request.sub_account, self._desk.clock.now(), faults)
        return response.FromString(await self._written(call, faults, self._registry.add_sub_account, asked))

    async def ListSubAccounts(
        self, request: sub_account_pb2.ListSubAccountsRequest, context: Context
    ) -> sub_account_pb2.ListSubAccountsResponse:
        found, token = await self._page(request, SubAccount)
        return sub_account_pb2.ListSubAccountsResponse(
            sub_accounts=[messages.sub_account(each) for each in found], next_page_token=token
        )

    async def RegisterSite(
        self, request: site_pb2.RegisterSiteRequest, context: Context
    ) -> site_pb2.RegisterSiteResponse:
        return await self._site(request, site_pb2.RegisterSiteResponse, self._registry.add_site, new=True)

    async def UpdateSite(
        self, request: site_pb2.UpdateSiteRequest, context: Context
    ) -> site_pb2.UpdateSiteResponse:
        return await self._site(request, site_pb2.UpdateSiteResponse, self._registry.change_site, new=False)

    async def RemoveSite(
        self, request: site_pb2.RemoveSiteRequest, context: Context
    ) -> site_pb2.RemoveSiteResponse:
        return await self._removed(
            request, "site_id", site_pb2.RemoveSiteResponse, self._registry.remove_site
        )

    async def ListSites(
        self, request: site_pb2.ListSitesRequest, context: Context
    ) -> site_pb2.ListSitesResponse:
        found, token = await self._page(request, Site)
        return site_pb2.ListSitesResponse(
            sites=[messages.site(each) for each in found], next_page_token=token
        )

    async def RegisterContainer(
        self, request: container_pb2.RegisterContainerRequest, context: Context
    ) -> container_pb2.RegisterContainerResponse:
        return await self._container(
            request, container_pb2.RegisterContainerResponse, self._registry.add_container
        )

    async def UpdateContainer(
        self, request: container_pb2.UpdateContainerRequest, context: Context
    ) -> container_pb2.UpdateContainerResponse:
        return await self._container(
            request, container_pb2.UpdateContainerResponse, self._registry.change_container
        )

    async def RemoveContainer(
        self, request: container_pb2.RemoveContainerRequest, context: Context
    ) -> container_pb2.RemoveContainerResponse:
        return await self._removed(
            request, "container_id", container_pb2.RemoveContainerResponse, self._registry.remove_container
        )

    async def ListContainers(
        self, request: container_pb2.ListContainersRequest, context: Context
    ) -> container_pb2.ListContainersResponse:
        found, token = await self._page(request, Container)
        return container_pb2.ListContainersResponse(
            containers=[messages.container(each) for each in found], next_page_token=token
        )

    async def RegisterDevice(
        self, request: container_pb2.RegisterDeviceRequest, context: Context
    ) -> container_pb2.RegisterDeviceResponse:
        return await self._device(
            request, container_pb2.RegisterDeviceResponse, self._registry.add_device, new=True
        )

    async def UpdateDevice(
        self, request: container_pb2.UpdateDeviceRequest, context: Context
    ) -> container_pb2.UpdateDeviceResponse:
        return await self._device(
            request, container_pb2.UpdateDeviceResponse, self._registry.change_device, new=False
        )

    async def RemoveDevice(
        self, request: container_pb2.RemoveDeviceRequest, context: Context
    ) -> container_pb2.RemoveDeviceResponse:
        return await self._removed(
            request, "device_id", container_pb2.RemoveDeviceResponse, self._registry.remove_device
        )

    async def ListDevices(
        self, request: container_pb2.ListDevicesRequest, context: Context
    ) -> container_pb2.ListDevicesResponse:
        found, token = await self._page(request, Device)
        return container_pb2.ListDevicesResponse(
            devices=[messages.device(each) for each in found], next_page_token=token
        )

    async def _site(
        self, request: Any, response: type[ResponseT], use_case: Callable[..., bytes], *, new: bool
    ) -> ResponseT:
        faults = Faults()

        def told(done: Site) -> Message:
            return _filled(response, site=messages.site(done))

        call = call_of(request, told, faults)
        asked = site_of(request.site, faults, new=new)
        return response.FromString(await self._written(call, faults, use_case, asked))

    async def _container(
        self, request: Any, response: type[ResponseT], use_case: Callable[..., bytes]
    ) -> ResponseT:
        faults = Faults()

        def told(done: Container) -> Message:
            return _filled(response, container=messages.container(done))

        call = call_of(request, told, faults)
        asked = container_of(request.container, faults)
        return response.FromString(await self._written(call, faults, use_case, asked))

    async def _device(
        self, request: Any, response: type[ResponseT], use_case: Callable[..., bytes], *, new: bool
    ) -> ResponseT:
        faults = Faults()

        def told(done: Device) -> Message:
            return _filled(response, device=messages.device(done))

        call = call_of(request, told, faults)
        asked = device_of(request.device, self._desk.clock.now(), faults, new=new)
        return response.FromString(await self._written(call, faults, use_case, asked))

    async def _removed(
        self, request: Any, field: str, response: type[ResponseT], use_case: Callable[..., bytes]
    ) -> ResponseT:
        faults = Faults()

        def done(_: None) -> Message:
            return response()

        call = call_of(request, done, faults)
        thing_id = faults.identifier(getattr(request, field), field)
        return response.FromString(await self._written(call, faults, use_case, thing_id))

    async def _page(self, request: Any, kind: type[KeptT]) -> tuple[list[KeptT], str]:
        """A page of things by id, and the next page's token."""
        faults = Faults()
        chosen = self._chosen(request, faults)
        after, size = self._pages.position(request, faults), faults.page_size(request.page_size)
        faults.settle()
        found = await self._pool.look_up(self._registry.listed, kind, chosen, after, size + 1)
        more = found[size - 1].id if len(found) > size else ""
        return found[:size], self._pages.token(request, more)


def _filled(response: type[ResponseT], **content: Message) -> ResponseT:
    """A response that tells of one thing, as its type names it."""
    made: Any = response
    answer: ResponseT = made(**content)
    return answer
