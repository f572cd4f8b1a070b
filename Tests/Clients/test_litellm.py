"""`litellm`, which many tools call models through, over three of the server's APIs."""

import os

import pytest

from conftest import SECONDS

# It would fetch a price list otherwise.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
litellm = pytest.importorskip("litellm")

TELL = [{"role": "user", "content": "Tell me about rivers."}]


@pytest.fixture(scope="module", params=["openai", "mistral", "anthropic"])
def complete(request, server):
    base = {"openai": server.v1, "mistral": server.v1, "anthropic": server.base_url}[request.param]
    name = server.mistral if request.param == "mistral" else server.model
    return lambda **fields: litellm.completion(
        model=f"{request.param}/{name}", messages=TELL, api_base=base, api_key="unused", timeout=SECONDS,
        num_retries=0, **{"max_tokens": 24, "temperature": 0, **fields})


def test_a_completion_has_text_and_usage(complete):
    answer = complete()
    assert answer.choices[0].message.content.strip() and answer.usage.completion_tokens == 24
    assert answer.choices[0].finish_reason == "length"


def test_a_stream_adds_up(complete):
    pieces = [chunk.choices[0].delta.content or "" for chunk in complete(stream=True)]
    assert "".join(pieces) == complete().choices[0].message.content and len(pieces) > 5


def test_an_unknown_model_is_litellms_not_found(server):
    with pytest.raises(litellm.NotFoundError):
        litellm.completion(
            model="openai/missing-model", messages=TELL, api_base=server.v1, api_key="unused", num_retries=0)


def test_embeddings_come(server):
    answer = litellm.embedding(
        model=f"openai/{server.model}", input=["a river"], api_base=server.v1, api_key="unused",
        encoding_format="float")
    assert len(answer.data[0]["embedding"]) == 576
