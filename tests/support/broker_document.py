"""A reader that knows nothing of us but docs/reference/asyncapi.json: what is valid in which topic."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[2] / "docs" / "reference" / "asyncapi.json"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_SAYS_NOTHING = {"title", "description", "default"}


class Reader:
    """Validates with the JSON Schemas of the document; a keyword that it does not know is an error, not a pass."""

    def __init__(self) -> None:
        self._document = json.loads(DOCUMENT.read_text())

    def faults(self, topic: str, body: bytes) -> list[str]:
        """Return what is wrong with a message of a topic, by the kind it is nearest to; nothing if it is valid."""
        (channel,) = [one for one in self._document["channels"].values() if one["address"] == topic]
        kinds = [self._resolve(one) for one in channel["messages"].values()]
        return min((list(self._check(json.loads(body), kind["payload"], "body")) for kind in kinds), key=len)

    def _resolve(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in value:
            return value
        found: Any = self._document
        for step in value["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return self._resolve(found)

    def _check(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        rules: Mapping[str, Callable[[Any, Mapping[str, Any], str], Iterator[str]]] = {
            "type": self._type,
            "enum": self._enum,
            "anyOf": self._any_of,
            "properties": self._properties,
            "required": self._required,
            "items": self._items,
            "additionalProperties": self._additional,
            "format": self._format,
            "minimum": self._minimum,
        }
        schema = self._resolve(schema)
        for keyword in schema.keys() - _SAYS_NOTHING:
            yield from rules[keyword](value, schema, at)

    def _type(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        fits = isinstance(value, _TYPES[schema["type"]]) and (schema["type"] == "boolean" or value is not True)
        if not fits or (isinstance(value, bool) and schema["type"] != "boolean"):
            yield f"{at} is no {schema['type']}"

    def _enum(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if value not in schema["enum"]:
            yield f"{at} is none of {schema['enum']}"

    def _any_of(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if all(list(self._check(value, one, at)) for one in schema["anyOf"]):
            yield f"{at} fits nothing of {schema['anyOf']}"

    def _properties(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        for name, inner in schema["properties"].items():
            if isinstance(value, dict) and name in value:
                yield from self._check(value[name], inner, f"{at}.{name}")

    def _required(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (f"{at}.{name} is missing" for name in schema["required"] if name not in value)

    def _items(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if isinstance(value, list):
            for n, one in enumerate(value):
                yield from self._check(one, schema["items"], f"{at}[{n}]")

    def _additional(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if isinstance(value, dict) and isinstance(schema["additionalProperties"], dict):
            for name in value.keys() - schema.get("properties", {}).keys():
                yield from self._check(value[name], schema["additionalProperties"], f"{at}.{name}")

    def _format(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        assert schema["format"] == "date-time", schema
        try:
            zone = isinstance(value, str) and datetime.fromisoformat(value).tzinfo
        except ValueError:
            zone = None
        if not zone:
            yield f"{at} is no date-time"

    def _minimum(self, value: Any, schema: Mapping[str, Any], at: str) -> Iterator[str]:
        if isinstance(value, int) and value < schema["minimum"]:
            yield f"{at} is below {schema['minimum']}"
