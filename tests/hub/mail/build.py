"""Mails for the tests, built byte by byte."""


def mail(
    headers: str | bytes = "",
    body: bytes | str = b"Hallo\r\n",
    content_type: str = "text/plain; charset=utf-8",
    encoding: str = "8bit",
) -> bytes:
    """One single-part mail; `headers` come first, without their last line end."""
    head = headers.encode() if isinstance(headers, str) else headers
    data = body.encode() if isinstance(body, str) else body
    lines = [head] if head else [b"From: Erika <erika@kundin.test>\r\nTo: service@shop.test\r\nSubject: Test"]
    lines += [f"Content-Type: {content_type}".encode(), f"Content-Transfer-Encoding: {encoding}".encode()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + data


def multi(kind: str, *parts: tuple[str, bytes | str], headers: str | bytes = "") -> bytes:
    """A multipart mail; each part is (its header lines, its body)."""
    head = headers.encode() if isinstance(headers, str) else headers
    out = [head or b"From: erika@kundin.test\r\nSubject: Test"]
    out.append(f'Content-Type: multipart/{kind}; boundary="GRENZE"'.encode())
    out.append(b"")
    for part_headers, body in parts:
        data = body.encode() if isinstance(body, str) else body
        out += [b"--GRENZE", part_headers.encode().replace(b"\n", b"\r\n"), b"", data]
    out += [b"--GRENZE--", b""]
    return b"\r\n".join(out)
