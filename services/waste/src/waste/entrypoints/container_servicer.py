"""``landlinie.waste.v1.ContainerService``."""

from landlinie.waste.v1 import container_service_pb2_grpc
from service_kit.changes import Changes
from service_kit.pages import Pages
from service_kit.worker_pool import WorkerPool

from waste.application.desk import Desk
from waste.application.figures import Figures
from waste.application.judging import Judging
from waste.application.levels import Levels
from waste.application.registry import Registry
from waste.entrypoints.level_calls import LevelCalls
from waste.entrypoints.registry_calls import RegistryCalls


class ContainerServicer(RegistryCalls, LevelCalls, container_service_pb2_grpc.ContainerServiceServicer):
    """The service's methods."""

    def __init__(
        self,
        desk: Desk,
        registry: Registry,
        levels: Levels,
        judging: Judging,
        figures: Figures,
        *,
        changes: Changes,
        pool: WorkerPool,
        pages: Pages,
    ) -> None:
        super().__init__(desk, pool=pool, pages=pages)
        self._registry = registry
        self._levels = levels
        self._judging = judging
        self._figures = figures
        self._changes = changes
