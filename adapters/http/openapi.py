"""The OpenAPI document: what routes that decode their own body take is written down from the types they decode to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin, YamlRenderPlugin
from litestar.openapi.spec import Components, OpenAPIMediaType, Operation, RequestBody, Schema, SecurityScheme


class _AsItIs(Schema):
    """A JSON Schema that somebody else has written."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        super().__init__()
        self.document = document

    def to_schema(self) -> dict[str, Any]:
        return dict(self.document)


def document(version: str) -> OpenAPIConfig:
    """Return the configuration of `/schema`: JSON and YAML, no page that would fetch scripts from elsewhere."""
    bearer = SecurityScheme(type="http", scheme="bearer")
    header = SecurityScheme(type="apiKey", name="X-Api-Key", security_scheme_in="header")
    return OpenAPIConfig(
        title="Haberdasher",
        version=version,
        path="/schema",
        use_handler_docstrings=True,
        components=Components(security_schemes={"bearer": bearer, "header": header}),
        security=[{"bearer": []}, {"header": []}, {}],
        render_plugins=[JsonRenderPlugin(), YamlRenderPlugin()],
    )


def taking(*kinds: type[Any]) -> type[Operation]:
    """Return the operation of a route whose body is one of `kinds`."""
    schemas = [_schema(kind) for kind in kinds]
    body = _AsItIs(schemas[0] if len(schemas) == 1 else {"oneOf": schemas})

    @dataclass  # as its base is
    class Taking(Operation):
        def __post_init__(self) -> None:
            content = {"application/json": OpenAPIMediaType(schema=body)}
            self.request_body = RequestBody(content=content, required=True)

    return Taking


def _schema(kind: type[Any]) -> dict[str, Any]:
    """Return the schema of a type with everything that it refers to in its place: the framework keeps no others."""
    (one,), parts = msgspec.json.schema_components((kind,), ref_template="{name}")
    found: dict[str, Any] = _inlined(one, parts)
    return found


def _inlined(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"]], parts)
    return {name: _inlined(value, parts) for name, value in schema.items()}
