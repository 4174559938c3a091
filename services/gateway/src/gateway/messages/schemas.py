"""Message types as JSON schemas (draft 2020-12), named for programs that make types of them."""

from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.messages.descriptions import descriptions

Schema = dict[str, Any]

_TIMESTAMP = Timestamp.DESCRIPTOR.full_name
_DURATION = Duration.DESCRIPTOR.full_name
_SCALARS: dict[int, Schema] = {
    FieldDescriptor.TYPE_STRING: {"type": "string"},
    FieldDescriptor.TYPE_BOOL: {"type": "boolean"},
    FieldDescriptor.TYPE_DOUBLE: {"type": "number", "format": "double"},
    FieldDescriptor.TYPE_BYTES: {"type": "string", "contentEncoding": "base64"},
    FieldDescriptor.TYPE_INT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 2**32 - 1},
    FieldDescriptor.TYPE_INT64: {"type": "integer", "format": "int64"},
    FieldDescriptor.TYPE_SINT32: {"type": "integer", "format": "int32"},
    FieldDescriptor.TYPE_SINT64: {"type": "integer", "format": "int64"},
    FieldDescriptor.TYPE_UINT64: {"type": "integer", "format": "int64", "minimum": 0},
}


class Schemas:
    """Schemas of the messages that are asked for, and of all they are made of.

    Attributes
    ----------
    components
        Every schema so far, by name. What is read and what is written have schemas of their own: an answer
        always has every field that needs no presence, a request needs none and may have no others.
    """

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def written(self, descriptor: Descriptor) -> Schema:
        """Return a reference to the schema of a message as it is answered."""
        return self._message(descriptor, schema_name(descriptor.full_name), self.written_field)

    def read(self, descriptor: Descriptor) -> Schema:
        """Return a reference to the schema of a message within a request."""
        return self._message(descriptor, f"{schema_name(descriptor.full_name)}Input", self.read_field)

    def written_field(self, field: FieldDescriptor) -> Schema:
        """Return the schema of a field as it is answered."""
        return self._field(field, self.written)

    def read_field(self, field: FieldDescriptor) -> Schema:
        """Return the schema of a field within a request."""
        return self._field(field, self.read)

    def _message(
        self, descriptor: Descriptor, name: str, field_schema: Callable[[FieldDescriptor], Schema]
    ) -> Schema:
        if name not in self.components:
            made: Schema = {"type": "object"}
            self.components[name] = made
            made |= _described(descriptor.full_name)
            made["properties"] = {field.name: field_schema(field) for field in descriptor.fields}
            if field_schema == self.read_field:
                made["additionalProperties"] = False
            elif always := [field.name for field in descriptor.fields if not field.has_presence]:
                made["required"] = always
        return _reference(name)

    def _field(self, field: FieldDescriptor, message_schema: Callable[[Descriptor], Schema]) -> Schema:
        told = _described(field.full_name)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            value = self._value(field.message_type.fields_by_name["value"], message_schema)
            return {"type": "object", "additionalProperties": value, **told}
        value = self._value(field, message_schema)
        if field.is_repeated:
            return {"type": "array", "items": value, **told}
        return {**value, **told}

    def _value(self, field: FieldDescriptor, message_schema: Callable[[Descriptor], Schema]) -> Schema:
        if field.enum_type is not None:
            return self._enum(field.enum_type)
        if field.message_type is None:
            return dict(_SCALARS[field.type])
        match field.message_type.full_name:
            case name if name == _TIMESTAMP:
                return {"type": "string", "format": "date-time"}
            case name if name == _DURATION:
                # Seconds, with a fraction where there is one.
                return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"}
        return message_schema(field.message_type)

    def _enum(self, descriptor: EnumDescriptor) -> Schema:
        name = schema_name(descriptor.full_name)
        if name not in self.components:
            texts = descriptions()
            scope = descriptor.full_name.rpartition(".")[0]
            told = [
                f"`{value.name}`: {text}"
                for value in descriptor.values
                if (text := texts.get(f"{scope}.{value.name}"))
            ]
            sentences = [texts[descriptor.full_name]] if descriptor.full_name in texts else []
            made: Schema = {"type": "string", "enum": [value.name for value in descriptor.values]}
            if sentences or told:
                made["description"] = "\n\n".join(
                    [*sentences, "\n".join(f"- {each}" for each in told)]
                ).strip()
            self.components[name] = made
        return _reference(name)


def schema_name(full_name: str) -> str:
    """Return ``PoolingOffer`` for ``landlinie.pooling.v1.Offer``."""
    _, room, _, *names = full_name.split(".")
    return room.capitalize() + "".join(names)


def _described(full_name: str) -> Schema:
    text = descriptions().get(full_name)
    return {"description": text} if text else {}


def _reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
