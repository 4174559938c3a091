"""The Kubernetes files, rendered by Kustomize itself: right by the schema, and hardened as they should be."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped] # ships no types
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra/kubernetes"
KUSTOMIZE = "v5.8.1"
KUBERNETES = "1.33"
OVERLAYS = sorted(path.name for path in (FOLDER / "overlays").iterdir())
# Kinds that are no part of Kubernetes: their schema comes with what implements them.
CUSTOM = {("keda.sh/v1alpha1", "ScaledObject")}
WORKLOADS = {"Deployment", "StatefulSet", "Job"}

Document = dict[str, Any]


def kustomize() -> Path:
    """The tool, built from its module once and kept."""
    program = ROOT / "build/tools" / f"kustomize-{KUSTOMIZE}"
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        missing = "there is no Go to build kustomize with"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    folder = program.parent / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [go, "install", f"sigs.k8s.io/kustomize/kustomize/v5@{KUSTOMIZE}"],
        env={**os.environ, "GOBIN": str(folder), "CGO_ENABLED": "0"},
        check=True,
        capture_output=True,
        timeout=280,
    )
    (folder / "kustomize").rename(program)
    return program


@pytest.fixture(scope="module", params=OVERLAYS)
def documents(request: pytest.FixtureRequest) -> list[Document]:
    """Everything in one overlay."""
    rendered = subprocess.run(
        [kustomize(), "build", str(FOLDER / "overlays" / request.param)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert rendered.stderr == ""
    return list(yaml.safe_load_all(rendered.stdout))


def of_kind(documents: list[Document], *kinds: str) -> list[Document]:
    return [document for document in documents if document["kind"] in kinds]


def template_of(workload: Document) -> Document:
    template: Document = workload["spec"]["template"]
    return template


def selects(selector: Document, labels: dict[str, str]) -> bool:
    return (selector.get("matchLabels") or {}).items() <= labels.items()


def test_everything_is_right_by_the_schema(documents: list[Document]) -> None:
    for document in documents:
        if (document["apiVersion"], document["kind"]) not in CUSTOM:
            kubernetes_validate.validate(document, KUBERNETES, strict=True)


def test_everything_has_its_namespace(documents: list[Document]) -> None:
    names = {
        (document["kind"], document["metadata"]["name"]): document["metadata"].get("namespace")
        for document in documents
    }
    assert names.pop(("Namespace", "landlinie")) is None
    assert set(names.values()) == {"landlinie"}


def test_pods_may_do_as_little_as_possible(documents: list[Document]) -> None:
    workloads = of_kind(documents, *WORKLOADS)
    assert len(workloads) >= 2
    for workload in workloads:
        pod = template_of(workload)["spec"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            for bound in ("requests", "limits"):
                assert {"cpu", "memory", "ephemeral-storage"} <= container["resources"][bound].keys()
            assert ":" in container["image"]
            assert not container["image"].endswith(":latest")
        for volume in pod["volumes"]:
            assert "hostPath" not in volume
            assert "emptyDir" not in volume or volume["emptyDir"]["sizeLimit"]


def test_secrets_are_referred_to_and_not_told(documents: list[Document]) -> None:
    assert of_kind(documents, "Secret") == []
    for workload in of_kind(documents, *WORKLOADS):
        for container in template_of(workload)["spec"]["containers"]:
            for variable in container.get("env", []):
                secret = any(word in variable["name"] for word in ("PASSWORD", "URL", "TOKEN", "KEY"))
                file = variable["name"].endswith("_FILE") and variable.get("value", "").startswith("/etc/")
                assert not secret or file or "secretKeyRef" in variable["valueFrom"], variable
    for settings in of_kind(documents, "ConfigMap"):
        assert not any("://" in value and "@" in value for value in settings["data"].values())


def test_what_runs_on_is_probed(documents: list[Document]) -> None:
    for workload in of_kind(documents, "Deployment", "StatefulSet"):
        for container in template_of(workload)["spec"]["containers"]:
            assert {"readinessProbe", "livenessProbe"} <= container.keys(), container["name"]
    for service in services_in(documents):
        (container,) = template_of(service)["spec"]["containers"]
        if container["args"] == ["gateway"]:
            ready = {"path": "/readyz", "port": "http"}
            assert container["startupProbe"]["httpGet"] == container["readinessProbe"]["httpGet"] == ready
        else:
            assert container["startupProbe"]["grpc"] == container["readinessProbe"]["grpc"] == {"port": 50051}
        assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "metrics"}


def services_in(documents: list[Document]) -> list[Document]:
    return [
        deployment
        for deployment in of_kind(documents, "Deployment")
        if template_of(deployment)["metadata"]["labels"].get("landlinie.org/service") == "true"
    ]


def test_each_service_has_a_budget_of_its_own(documents: list[Document]) -> None:
    budgets = of_kind(documents, "PodDisruptionBudget")
    deployments = services_in(documents)
    assert len(budgets) == len(deployments) >= 1
    for deployment in deployments:
        labels = template_of(deployment)["metadata"]["labels"]
        assert sum(selects(budget["spec"]["selector"], labels) for budget in budgets) == 1
        assert selects(deployment["spec"]["selector"], labels)


def test_nothing_is_reached_that_no_policy_names(documents: list[Document]) -> None:
    policies = [document["spec"] for document in of_kind(documents, "NetworkPolicy")]
    assert {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]} in policies
    open_to_all = [rule for policy in policies for rule in policy.get("ingress", []) if "from" not in rule]
    assert open_to_all == []
    for service in of_kind(documents, "Service"):
        ports = {port["port"] for port in service["spec"]["ports"]}
        allowed = {
            port["port"]
            for policy in policies
            if selects(policy["podSelector"], service["spec"]["selector"])
            or "landlinie.org/service" in (policy["podSelector"].get("matchLabels") or {})
            for rule in policy.get("ingress", [])
            for port in rule["ports"]
        }
        assert ports <= allowed, service["metadata"]["name"]


def test_a_service_finds_its_pods(documents: list[Document]) -> None:
    templates = [template_of(workload) for workload in of_kind(documents, "Deployment", "StatefulSet")]
    for service in of_kind(documents, "Service"):
        chosen = [
            template
            for template in templates
            if service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
        ]
        assert len(chosen) == 1, service["metadata"]["name"]
        ports = {port["name"] for each in chosen[0]["spec"]["containers"] for port in each["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_what_scales_exists_and_nobody_else_says_how_many(documents: list[Document]) -> None:
    scaled = {document["spec"]["scaleTargetRef"]["name"] for document in of_kind(documents, "ScaledObject")}
    without_count = {
        document["metadata"]["name"]
        for document in of_kind(documents, "Deployment")
        if "replicas" not in document["spec"]
    }
    assert scaled == without_count


def test_the_largest_shape_scales_every_service() -> None:
    scaling = yaml.safe_load((FOLDER / "components/autoscaling/kustomization.yaml").read_text("utf-8"))
    services = {path.name for path in (FOLDER / "services").iterdir()}
    assert {Path(name).stem for name in scaling["resources"]} == services
