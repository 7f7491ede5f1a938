"""The stand-in's own WSDL, written from its description of the members."""

from __future__ import annotations

from functools import lru_cache
from xml.sax.saxutils import quoteattr

from sandbox.tebra.members import (
    ARRAYS,
    ENUMERATIONS,
    ENUMS,
    OPERATIONS,
    SCALARS,
    SCHEMAS,
    SCHEMAS_NO_SLASH,
    TYPES,
    Member,
    Type,
)

SERVICE_PATH = "/services/soap/2.1/KareoServices.svc"
_PREFIXES = {SCHEMAS: "k", SCHEMAS_NO_SLASH: "n", ARRAYS: "a", ENUMS: "e"}
_NAMESPACES = " ".join(f'xmlns:{prefix}="{uri}"' for uri, prefix in _PREFIXES.items())


@lru_cache(maxsize=8)
def write_wsdl(base_url: str) -> bytes:
    """The whole contract in one document (SOAP 1.1, document/literal), with the endpoint under `base_url`."""
    messages, port, binding = [], [], []
    for operation in OPERATIONS:
        for direction, element in (("Input", operation), ("Output", f"{operation}Response")):
            messages.append(
                f'<wsdl:message name="KareoServices_{operation}_{direction}Message">'
                f'<wsdl:part name="parameters" element="k:{element}"/></wsdl:message>'
            )
        action = f"{SCHEMAS}KareoServices/{operation}"
        port.append(
            f'<wsdl:operation name="{operation}">'
            f'<wsdl:input wsaw:Action="{action}" message="k:KareoServices_{operation}_InputMessage"/>'
            f'<wsdl:output wsaw:Action="{action}Response" message="k:KareoServices_{operation}_OutputMessage"/>'
            "</wsdl:operation>"
        )
        binding.append(
            f'<wsdl:operation name="{operation}"><soap:operation soapAction="{action}" style="document"/>'
            '<wsdl:input><soap:body use="literal"/></wsdl:input>'
            '<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>'
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<wsdl:definitions name="KareoServices" targetNamespace="{SCHEMAS}" {_NAMESPACES} '
        'xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
        'xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        f"<wsdl:types>{_write_schemas()}</wsdl:types>{''.join(messages)}"
        f'<wsdl:portType name="KareoServices">{"".join(port)}</wsdl:portType>'
        '<wsdl:binding name="BasicHttpBinding_KareoServices" type="k:KareoServices">'
        f'<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{"".join(binding)}</wsdl:binding>'
        '<wsdl:service name="KareoServices"><wsdl:port name="BasicHttpBinding_KareoServices" '
        'binding="k:BasicHttpBinding_KareoServices">'
        f"<soap:address location={quoteattr(base_url + SERVICE_PATH)}/></wsdl:port></wsdl:service>"
        "</wsdl:definitions>"
    ).encode()


def _write_schemas() -> str:
    schemas = []
    for uri in _PREFIXES:
        imports = "".join(f'<xs:import namespace="{other}"/>' for other in _PREFIXES if other != uri)
        types = "".join(_write_type(declared) for declared in TYPES.values() if declared.namespace == uri)
        elements = _write_operations() if uri == SCHEMAS else ""
        enums = _write_enumerations() if uri == ENUMS else ""
        schemas.append(
            f'<xs:schema elementFormDefault="qualified" targetNamespace="{uri}">{imports}{types}{enums}{elements}'
            "</xs:schema>"
        )
    return "".join(schemas)


def _write_type(declared: Type) -> str:
    sequence = f"<xs:sequence>{''.join(_write_member(member) for member in declared.members)}</xs:sequence>"
    if declared.base:
        base = _qualify(declared.base)
        sequence = f'<xs:complexContent><xs:extension base="{base}">{sequence}</xs:extension></xs:complexContent>'
    return f'<xs:complexType name="{declared.name}">{sequence}</xs:complexType>'


def _write_member(member: Member) -> str:
    occurs = "" if member.required else ' minOccurs="0"'
    occurs += ' maxOccurs="unbounded"' if member.many else ""
    nillable = ' nillable="true"' if member.nillable else ""
    return f'<xs:element{occurs} name="{member.name}"{nillable} type="{_qualify(member.kind)}"/>'


def _write_enumerations() -> str:
    return "".join(
        f'<xs:simpleType name="{name}"><xs:restriction base="xs:string">'
        + "".join(f'<xs:enumeration value="{value}"/>' for value in values)
        + "</xs:restriction></xs:simpleType>"
        for name, values in ENUMERATIONS.items()
    )


def _write_operations() -> str:
    elements = []
    for operation, (request, result) in OPERATIONS.items():
        for element, part, kind in (
            (operation, "request", request),
            (f"{operation}Response", f"{operation}Result", result),
        ):
            elements.append(
                f'<xs:element name="{element}"><xs:complexType><xs:sequence>'
                f'<xs:element minOccurs="0" name="{part}" nillable="true" type="{_qualify(kind)}"/>'
                "</xs:sequence></xs:complexType></xs:element>"
            )
    return "".join(elements)


def _qualify(kind: str) -> str:
    if kind in SCALARS:
        return f"xs:{kind}"
    if kind in ENUMERATIONS:
        return f"{_PREFIXES[ENUMS]}:{kind}"
    return f"{_PREFIXES[TYPES[kind].namespace]}:{kind}"
