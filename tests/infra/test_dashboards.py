"""Dashboards and alerts: every figure they name is one the services tell, by labels it has."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from gateway.http import metrics as gateway_metrics
from pooling.adapters import watch
from prometheus_client import Counter, Gauge, Histogram
from service_kit.telemetry import metrics, sources
from waste.entrypoints import intake_metrics

INFRA = Path(__file__).parents[2] / "infra"
DASHBOARDS = sorted((INFRA / "grafana/dashboards").glob("*.json"))
ALERTS = INFRA / "prometheus/alerts.yaml"
# What Prometheus itself adds, and tells.
ADDED = {"instance", "job", "le"}
ITS_OWN = {"up": ADDED}
# Their values stand in lists that are written down: methods, codes, reasons, names of topics and databases.
BOUNDED = {
    "ampel",
    "answer",
    "code",
    "database",
    "door",
    "group",
    "kind",
    "method",
    "outcome",
    "path",
    "promise",
    "reason",
    "service",
    "status",
    "source",
    "topic",
}
UNITS = ("seconds", "metres", "events")


def told() -> dict[str, set[str]]:
    """Every series there may be, and its labels."""
    found = {name: set(labels) for name, (_, labels) in sources.GAUGES.items()}
    for module in (metrics, watch, intake_metrics, gateway_metrics):
        for each in vars(module).values():
            if isinstance(each, Counter):
                found[f"{each._name}_total"] = set(each._labelnames)
            elif isinstance(each, Gauge):
                found[each._name] = set(each._labelnames)
            elif isinstance(each, Histogram):
                for suffix in ("bucket", "sum", "count"):
                    found[f"{each._name}_{suffix}"] = {*each._labelnames, *(["le"] * (suffix == "bucket"))}
    return found


SERIES = told()


def dashboard(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def expressions() -> list[str]:
    panels = [
        target["expr"]
        for path in DASHBOARDS
        for panel in dashboard(path)["panels"]
        for target in panel["targets"]
    ]
    return panels + [rule["expr"] for rule in rules()]


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def parsed(expression: str) -> Any:
    # Grafana fills these in.
    return promql_parser.parse(re.sub(r"\$__(rate_interval|range)", "5m", expression))


def series_in(expression: str) -> dict[str, set[str]]:
    """The series an expression reads, and the labels it asks of each."""
    read: dict[str, set[str]] = {}
    by: set[str] = set()

    def visit(node: Any) -> bool:
        selector = getattr(node, "vector_selector", node)
        if isinstance(selector, promql_parser.VectorSelector):
            assert selector.name is not None
            read.setdefault(selector.name, set()).update(m.name for m in selector.matchers.matchers)
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            by.update(node.modifier.labels)
        return True

    promql_parser.walk(parsed(expression), visit)
    return {name: labels | by for name, labels in read.items()}


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_expressions_read_what_there_is(expression: str) -> None:
    read = series_in(expression)
    assert read
    for name, labels in read.items():
        known = {**SERIES, **ITS_OWN}
        assert name in known, f"nothing tells {name}"
        assert labels <= known[name] | ADDED, f"{name} has no label {labels - known[name]}"


def test_every_figure_is_shown() -> None:
    shown = {name for expression in expressions() for name in series_in(expression)}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in SERIES}
    assert families - {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown} == set()


def test_figures_are_named_after_what_they_measure() -> None:
    counted = {name for name in SERIES if name.endswith("_total")}
    for name in SERIES.keys() - counted:
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        assert base.endswith(UNITS) or base in {
            "landlinie_gateway_service_answers",
            "landlinie_grpc_calls_in_flight",
            "landlinie_http_requests_in_flight",
            "landlinie_live_streams",
            "landlinie_containers",
            "landlinie_realtime_runs",
            "landlinie_container_states_due",
            "landlinie_waste_mqtt_connected",
            "landlinie_database_connections",
            "landlinie_database_connections_limit",
            "landlinie_worker_waiting_calls",
            "landlinie_worker_waiting_calls_limit",
        }, f"{name} does not say its unit"
    assert all(name.startswith("landlinie_") for name in SERIES)


def test_labels_cannot_grow() -> None:
    assert {label for labels in SERIES.values() for label in labels} - {"le"} == BOUNDED


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_panels_say_what_they_show_and_in_which_unit(path: Path) -> None:
    found = dashboard(path)
    assert found["uid"] == path.stem
    source = yaml.safe_load((INFRA / "grafana/provisioning/datasources/prometheus.yaml").read_text("utf-8"))
    ids = [panel["id"] for panel in found["panels"]]
    assert len(ids) == len(set(ids)) >= 10
    for panel in found["panels"]:
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == source["datasources"][0]["uid"]


def test_alerts_say_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 8
    for rule in rules():
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "description"}
        if "for" in rule:
            promql_parser.parse_duration(rule["for"])
        told_labels = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
        kept = {label for labels in series_in(rule["expr"]).values() for label in labels}
        grouped = set(re.findall(r"by \(([^)]*)\)", rule["expr"]))
        by = {label.strip() for labels in grouped for label in labels.split(",")}
        assert told_labels <= (by or {*kept, "instance", "database"}), rule["alert"]


def test_autoscaling_reads_what_there_is() -> None:
    for path in (INFRA / "kubernetes/components/autoscaling").glob("*.yaml"):
        scaled = yaml.safe_load(path.read_text("utf-8"))
        for trigger in scaled.get("spec", {}).get("triggers", []):
            if trigger["type"] == "prometheus":
                for name, labels in series_in(trigger["metadata"]["query"]).items():
                    assert labels <= SERIES[name] | ADDED


def test_the_collector_is_whole() -> None:
    found = yaml.safe_load((INFRA / "otel/collector.yaml").read_text("utf-8"))
    for pipeline in found["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            assert set(pipeline[part]) <= found[part].keys()
        assert pipeline["processors"][0] == "memory_limiter"
    assert set(found["service"]["extensions"]) <= found["extensions"].keys()
