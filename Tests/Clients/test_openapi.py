"""schemathesis against the served OpenAPI document: no request that it can think of gets a 5xx, answers are as described.

The document is read first by rules of its own: each check is also a check of what the server says about itself.
"""

import json
import subprocess
import sys

import jsonschema
import pytest

import serving

# Some three minutes: a thousand or so requests.
EXAMPLES, SECONDS_IN_ALL = 25, 180
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.fixture(scope="module")
def document(server):
    status, _, document = server.ask("/openapi.json")
    assert status == 200
    return document


def test_the_document_is_openapi_and_its_schemas_are_schemas(document):
    assert document["openapi"].startswith("3.1") and document["info"]["title"] and document["info"]["version"]
    for schema in document.get("components", {}).get("schemas", {}).values():
        jsonschema.Draft202012Validator.check_schema(schema)


# To add an endpoint: one row.
@pytest.mark.parametrize("method, path", [
    ("post", "/v1/chat/completions"), ("post", "/v1/completions"), ("post", "/v1/embeddings"), ("get", "/v1/models"),
    ("get", "/v1/models/{id}"), ("post", "/v1/responses"), ("post", "/v1/fim/completions"), ("post", "/v1/messages"),
    ("post", "/v1/messages/count_tokens"), ("post", "/api/chat"), ("post", "/api/generate"), ("get", "/api/tags"),
    ("post", "/api/show"), ("get", "/api/version"), ("post", "/api/embed"), ("get", "/api/ps"), ("post", "/tokenize"),
    ("post", "/detokenize"), ("post", "/apply-template"), ("get", "/health"), ("get", "/ready"), ("get", "/metrics"),
    ("get", "/v1/traces/{id}"),
])
def test_the_document_has_every_endpoint(document, method, path):
    def shape(path):  # whatever a part in braces is called
        return ["{}" if part.startswith("{") else part for part in path.split("/")]

    found = [known for known in document["paths"] if shape(known) == shape(path)]
    assert found and method in document["paths"][found[0]]


def test_every_operation_says_what_comes_back(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary") or operation.get("description"), (method, path)
            assert "200" in operation["responses"], (method, path)
            if method == "post":
                content = operation["requestBody"]["content"]["application/json"]
                assert "schema" in content, (method, path)


@pytest.mark.timeout(SECONDS_IN_ALL + 120)
def test_schemathesis_finds_no_server_error_and_no_answer_that_is_not_described(server, document, tmp_path):
    (tmp_path / "hooks.py").write_text(HOOKS)
    report = tmp_path / "report.json"
    result = subprocess.run(
        [
            str(serving.Path(sys.executable).parent / "st"), "run", server.base_url + "/openapi.json", "--checks", CHECKS,
            "--max-examples", str(EXAMPLES), "--max-time", str(SECONDS_IN_ALL), "--phases", "examples,coverage,fuzzing",
            "--seed", "1", "--request-timeout", "30", "--no-color", "--report-json-path", str(report),
            "--suppress-health-check", "all",
        ],
        env={**serving.os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(tmp_path), "MODEL": server.model},
        cwd=tmp_path, capture_output=True, text=True)
    # The end has the count of each failure; the rest, curl commands to see them again.
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert server.ask("/health")[0] == 200


# Without them nearly all requests would end at a model that is not there, or ask for answers without an end.
HOOKS = '''
import os

import schemathesis


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict):
        if isinstance(body.get("model"), str):
            body["model"] = os.environ["MODEL"]
        for name in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
            # null is "until the context is full" as well,
            # and 1e6 is an integer to JSON Schema.
            if name in body and (body[name] is None or isinstance(body[name], (int, float)) and body[name] > 8):
                body[name] = 8
        if isinstance(body.get("n"), int) and body["n"] > 2:
            body["n"] = 2
        if "messages" in body or "prompt" in body:
            body.setdefault("max_tokens", 4)
        if "input" in body and "encoding_format" not in body:
            body.setdefault("max_output_tokens", 16)
    return body
'''
