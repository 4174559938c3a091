"""Every public call has a way in by HTTP, or a stated reason why not."""

import re
from importlib import import_module
from pathlib import Path

import landlinie
from gateway.routes.catalogue import NOT_BY_HTTP, ROUTES
from gateway.routes.route import Answer, left_for_caller
from google.protobuf.descriptor import FieldDescriptor
from service_kit.identity.policy import declared


def _public_methods() -> set[str]:
    found = []
    for folder in map(Path, landlinie.__path__):
        for path in folder.rglob("*_pb2.py"):
            name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
            found += import_module(name).DESCRIPTOR.services_by_name.values()
    return {path.removeprefix("/").replace("/", ".") for path in declared(found)}


def test_every_call_has_a_route_or_a_reason() -> None:
    routed = [route.method.full_name for route in ROUTES]

    assert len(routed) == len(set(routed))
    assert set(routed) | set(NOT_BY_HTTP) == _public_methods()
    assert not set(routed) & set(NOT_BY_HTTP)


def test_operations_and_ways_in_are_unique() -> None:
    operations = [route.operation for route in ROUTES]
    # Two that differ only in the names of their parts lead to the same place.
    ways = [(route.verb, re.sub(r"{\w+}", "{}", route.path)) for route in ROUTES]

    assert len(operations) == len(set(operations))
    assert len(ways) == len(set(ways))


def test_paths_fill_fields_that_are_text_or_names() -> None:
    for route in ROUTES:
        for path in route.path_fields.values():
            *objects, last = path.split(".")
            descriptor = route.request
            for name in objects:
                inner = descriptor.fields_by_name[name].message_type
                assert inner is not None
                descriptor = inner
            assert descriptor.fields_by_name[last].type in {
                FieldDescriptor.TYPE_STRING,
                FieldDescriptor.TYPE_ENUM,
            }, route.path


def test_what_is_written_carries_a_key_and_what_is_read_does_not_change_anything() -> None:
    for route in ROUTES:
        if route.verb == "GET":
            assert not route.takes_key, route.path
        if route.verb == "DELETE":
            assert route.takes_key, route.path


def test_streams_come_as_events_files_or_records() -> None:
    for route in ROUTES:
        assert route.method.server_streaming is False or route.answer is not Answer.MESSAGE, route.path
        if route.answer is Answer.FILE:
            assert "content" in route.response.fields_by_name, route.path
        if route.answer is Answer.WATCH:
            assert route.verb == "GET", route.path


def test_queries_hold_no_lists_of_objects() -> None:
    for route in ROUTES:
        if route.takes_body:
            continue
        for name in left_for_caller(route):
            field = route.request.fields_by_name[name]
            assert field.message_type is None or not field.is_repeated, (route.path, name)
