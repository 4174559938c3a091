"""What devices are registered as, looked up where containers are kept."""

from collections.abc import Collection, Mapping

from waste.application.ports_containers import ContainerStore


class RegisteredModels:
    """See ``application.ports_frames.DeviceModels``."""

    def __init__(self, store: ContainerStore) -> None:
        self._store = store

    def models(self, device_ids: Collection[str]) -> Mapping[str, str]:
        with self._store.reading() as reader:
            return {device_id: device.model for device_id, device in reader.devices(device_ids).items()}
