"""``landlinie.journeys.v1.OpenDataService``."""

# ruff: noqa: N802, ARG002 - methods are named as on the wire, and every one gets the context

from google.protobuf.duration_pb2 import Duration
from landlinie.journeys.v1 import open_data_pb2, open_data_service_pb2_grpc
from service_kit.faults import Faults
from service_kit.grpc_calls import Context
from service_kit.worker_pool import WorkerPool

from journeys.application.open_documents import OpenData, OpenDocument
from journeys.messages import stamp

LONGEST_NAME = 100


class OpenDataServicer(open_data_service_pb2_grpc.OpenDataServiceServicer):
    """The service's methods."""

    def __init__(self, data: OpenData, *, pool: WorkerPool) -> None:
        self._data = data
        self._pool = pool

    async def ListOpenData(
        self, request: open_data_pb2.ListOpenDataRequest, context: Context
    ) -> open_data_pb2.ListOpenDataResponse:
        found = await self._pool.look_up(self._data.listed)
        return open_data_pb2.ListOpenDataResponse(documents=[_message(document) for document in found])

    async def GetOpenData(
        self, request: open_data_pb2.GetOpenDataRequest, context: Context
    ) -> open_data_pb2.GetOpenDataResponse:
        faults = Faults()
        name = faults.text(request.name, "name", LONGEST_NAME)
        known = faults.text(request.if_none_match, "if_none_match", LONGEST_NAME)
        faults.settle()
        found = await self._pool.look_up(self._data.document, name)
        return open_data_pb2.GetOpenDataResponse(
            document=_message(found.document),
            content=b"" if known == found.etag else found.content,
            etag=found.etag,
            last_modified_time=stamp(found.modified),
        )


def _message(document: OpenDocument) -> open_data_pb2.OpenDocument:
    return open_data_pb2.OpenDocument(
        name=document.name,
        media_type=document.media_type,
        standard=document.standard,
        time_to_live=Duration(seconds=round(document.good_for.total_seconds())),
    )
