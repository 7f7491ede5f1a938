"""Reply envelopes as the vendor writes them, for the tests that read them."""

from __future__ import annotations

from xml.sax.saxutils import escape

from lib.vendors.http import HttpReply

_SLASH = "http://www.kareo.com/api/schemas/"
SECURITY_OK = (
    "<SecurityResponse><Authenticated>true</Authenticated><Authorized>true</Authorized>"
    "<CustomerKeyValid>true</CustomerKeyValid><SecurityResultSuccess>false</SecurityResultSuccess></SecurityResponse>"
)
NO_ERROR = "<ErrorResponse><IsError>false</IsError></ErrorResponse>"


def reply(operation: str, inner: str, *, status: int = 200, namespace: str = _SLASH) -> HttpReply:
    """The reply to an operation with `inner` in its result."""
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body '
        'xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
        f'<{operation}Response xmlns="{namespace}"><{operation}Result>{inner}</{operation}Result>'
        f"</{operation}Response></s:Body></s:Envelope>"
    )
    return HttpReply(status=status, body=body.encode())


def refusal(operation: str, message: str, *, trace: str = "", security: str = SECURITY_OK) -> HttpReply:
    """A reply whose ErrorResponse carries `message` as text."""
    stack = f"<StackTrace>{escape(trace)}</StackTrace>" if trace else ""
    error = (
        f"<ErrorResponse><ErrorMessage>{escape(message)}</ErrorMessage><IsError>true</IsError>{stack}</ErrorResponse>"
    )
    return reply(operation, error + security)


def security(*, authenticated: bool, authorized: bool, key_valid: bool = True, missing: tuple[str, ...] = ()) -> str:
    """A SecurityResponse."""
    permissions = "".join(f"<a:string>{name}</a:string>" for name in missing)
    return (
        f"<SecurityResponse><Authenticated>{str(authenticated).lower()}</Authenticated>"
        f"<Authorized>{str(authorized).lower()}</Authorized><CustomerId>0</CustomerId>"
        f"<CustomerKeyValid>{str(key_valid).lower()}</CustomerKeyValid>"
        "<PermissionsMissing><Permission "
        f'xmlns:a="http://schemas.microsoft.com/2003/10/Serialization/Arrays">{permissions}</Permission>'
        "</PermissionsMissing><SecurityResultSuccess>true</SecurityResultSuccess></SecurityResponse>"
    )


def fault(code: str, text: str, *, status: int = 500) -> HttpReply:
    """A SOAP 1.1 fault."""
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f"<faultcode>{code}</faultcode><faultstring>{escape(text)}</faultstring>"
        "</s:Fault></s:Body></s:Envelope>"
    )
    return HttpReply(status=status, body=body.encode())
