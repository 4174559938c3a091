"""Whether a start is the first one."""

from pathlib import Path

from service_kit.identity.local_issuer import NoLocalIdentity, tenant_of

from onebox.settings import ABOUT, OWN_DISTRICT


def is_to_be_set_up(folder: Path, data_dir: Path) -> bool:
    """Whether a district is to be made there first: nothing is there, and nothing was kept of any other.

    A folder that was named and is missing is more likely mistyped; an empty one is a volume to be filled.
    """
    empty = folder.is_dir() and not any(folder.iterdir())
    if (folder / ABOUT).exists() or not (empty or folder == data_dir / OWN_DISTRICT):
        return False
    try:
        tenant_of(data_dir)
    except NoLocalIdentity:
        return True
    return False
