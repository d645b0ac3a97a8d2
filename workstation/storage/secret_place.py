"""Where a profile keeps its keys: the keyring, or files of mode 0600 when that was chosen knowingly."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from workstation.ports import SecretStore, StoreUnusable
from workstation.system.keys import FileSecrets, KeyringSecrets, NoKeyring, random_key
from workstation.system.paths import make_private, write_private

Place = Literal["keyring", "key_file"]
CHOICE_FILE = "keys.place"


def open_secrets(folder: Path, *, may_use_files: bool = False) -> tuple[SecretStore, Place]:
    """Return the profile's secrets and where they lie; the first choice is kept for ever.

    ``may_use_files``: the person has said yes to key files, should there be no keyring. Without that a
    missing keyring is an error and never a silent fallback.

    Raises:
        StoreUnusable: ``store.no_secret_store``.
    """
    make_private(folder)
    choice = folder / CHOICE_FILE
    chosen = choice.read_text("ascii").strip() if choice.exists() else ""
    if chosen == "key_file":
        return FileSecrets(folder / "keys"), "key_file"
    try:
        secrets = KeyringSecrets(_name_of(folder))
    except NoKeyring as error:
        # Once the keys lie in a keyring, new ones in files would make the data unreadable.
        if chosen == "keyring" or not may_use_files:
            raise StoreUnusable("store.no_secret_store", folder, str(error)) from error
        write_private(choice, b"key_file\n")
        return FileSecrets(folder / "keys"), "key_file"
    if not chosen:
        write_private(choice, b"keyring\n")
    return secrets, "keyring"


def key_of(secrets: SecretStore, name: str, *, is_new: bool) -> bytes:
    """Return the key called ``name``; it is made only while there is nothing it should open.

    Raises:
        StoreUnusable: ``store.key_missing``, data is there and its key is not.
    """
    key = secrets.read(name)
    if key is None:
        if not is_new:
            raise StoreUnusable("store.key_missing", name)
        key = random_key()
        secrets.write(name, key)
    return key


def _name_of(folder: Path) -> str:
    return f"desk-{folder.absolute()}"
