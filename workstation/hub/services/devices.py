"""Devices: a PC shows its key and asks to be let in; an owner approves its code; a lost one is revoked."""

from __future__ import annotations

import hmac
import secrets

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import checked_id
from workstation.casework.wire.session import EnrolAnswer, EnrolRequest
from workstation.hub.ports_access import AccessStore, AccessTx, Device
from workstation.hub.services.people import checked_name
from workstation.system.keys import KEY_BYTES, BadSignature, unb64, verify

_CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH = 8
_MOST_WAITING = 100


def verify_text(public_key: str, message: bytes, signature: str) -> None:
    """Check a base64 Ed25519 signature by a base64 public key.

    Raises:
        RuleViolation: ``session.signature_invalid``.
    """
    try:
        verify(unb64(public_key), message, unb64(signature))
    except (BadSignature, ValueError) as error:
        raise RuleViolation("session.signature_invalid") from error


class Devices:
    """Enrolment, approval, revocation; ``local_proof`` is the secret of the embedded hub's endpoint file."""

    def __init__(self, store: AccessStore, local_proof: str = "") -> None:
        self._store = store
        self._local_proof = local_proof

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Take a device in; asking again gives the same answer.

        Raises:
            RuleViolation: ``id.malformed``, ``device.key_malformed``, ``session.signature_invalid``,
                ``device.key_changed``, ``device.revoked``, ``device.too_many_waiting``.
        """
        checked_id(request.device_id)
        name = checked_name("name", request.name)
        _check_key(request.public_key)
        message = b"workstation-enrol\n" + request.device_id.encode()
        verify_text(request.public_key, message, request.proof)
        is_local = bool(self._local_proof) and hmac.compare_digest(
            self._local_proof.encode(), request.local_proof.encode()
        )
        code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))

        def work(tx: AccessTx) -> Device:
            known = tx.device(request.device_id)
            if known is not None:
                return _enrolled_again(tx, known, request.public_key, is_local)
            if not is_local and sum(d.state == "waiting" for d in tx.devices()) >= _MOST_WAITING:
                raise RuleViolation("device.too_many_waiting", most=_MOST_WAITING)
            device = Device(
                device_id=request.device_id,
                name=name,
                public_key=request.public_key,
                state="approved" if is_local else "waiting",
                code=code,
                enrolled_at=tx.now,
                approved_at=tx.now if is_local else None,
                approved_by="rule:local_proof" if is_local else "",
            )
            tx.put_device(device)
            tx.audit("device.enrolled", actor=device.approved_by, subject=device.device_id)
            return device

        device = self._store.run(work)
        shown = "" if device.state == "approved" else device.code
        return EnrolAnswer(device_id=device.device_id, state=device.state, code=shown)

    def list(self) -> tuple[Device, ...]:
        """Return all devices, newest first."""
        return self._store.read(lambda tx: tx.devices())

    def approve(self, code: str, by: str = "") -> Device:
        """Let the device with ``code`` in.

        Raises:
            RuleViolation: ``device.code_unknown``.
        """
        wanted = code.strip().upper().replace("-", "")

        def work(tx: AccessTx) -> Device:
            for device in tx.devices():
                if device.code == wanted and device.state != "revoked":
                    if device.state == "approved":
                        return device
                    changed = msgspec.structs.replace(
                        device, state="approved", approved_at=tx.now, approved_by=by
                    )
                    tx.put_device(changed)
                    tx.audit("device.approved", actor=by, subject=device.device_id)
                    return changed
            raise RuleViolation("device.code_unknown", given=wanted[:20])

        return self._store.run(work)

    def revoke(self, wanted: str, by: str = "") -> Device:
        """Shut a device out, by its id or code; its tokens count no longer, later commands go to quarantine.

        Raises:
            RuleViolation: ``device.code_unknown``.
        """

        def work(tx: AccessTx) -> Device:
            for device in tx.devices():
                if wanted in (device.device_id, device.code):
                    changed = msgspec.structs.replace(device, state="revoked", revoked_at=tx.now)
                    tx.put_device(changed)
                    tx.end_sessions(device_id=device.device_id)
                    tx.audit("device.revoked", actor=by, subject=device.device_id)
                    return changed
            raise RuleViolation("device.code_unknown", given=wanted[:40])

        return self._store.run(work)


def _enrolled_again(tx: AccessTx, known: Device, public_key: str, is_local: bool) -> Device:
    if known.state == "revoked":
        raise RuleViolation("device.revoked")
    if known.public_key != public_key:
        raise RuleViolation("device.key_changed")
    if not is_local or known.state == "approved":
        return known
    changed = msgspec.structs.replace(
        known, state="approved", approved_at=tx.now, approved_by="rule:local_proof"
    )
    tx.put_device(changed)
    tx.audit("device.approved", actor=changed.approved_by, subject=known.device_id)
    return changed


def _check_key(text: str) -> None:
    try:
        is_key = len(unb64(text)) == KEY_BYTES
    except ValueError:
        is_key = False
    if not is_key:
        raise RuleViolation("device.key_malformed")
