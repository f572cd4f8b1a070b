"""The official `ollama` client against /api."""

import json

import ollama
import pytest

from conftest import SECONDS

TELL = [{"role": "user", "content": "Tell me about rivers."}]
OPTIONS = {"temperature": 0, "num_predict": 24}


@pytest.fixture(scope="module")
def client(server):
    return ollama.Client(host=server.base_url, timeout=SECONDS)


@pytest.fixture(scope="module")
def chat(client, server):
    return lambda messages=TELL, **fields: client.chat(
        model=server.model, messages=messages, **{"options": OPTIONS, **fields})


def test_the_list_has_the_model_with_its_size(client, server):
    entry = next(m for m in client.list().models if m.model.removesuffix(":latest") == server.model)
    assert entry.size > 1e6 and entry.details.format == "gguf" and entry.details.quantization_level
    assert entry.modified_at and entry.digest


def test_show_describes_the_model(client, server):
    shown = client.show(server.model)
    assert shown.details.family == "llama" and shown.modelinfo["llama.block_count"] == 30
    assert "completion" in shown.capabilities and shown.template


def test_a_chat_gets_an_answer_and_counts(chat):
    answer = chat()
    assert answer.done and answer.done_reason == "length" and answer.message.role == "assistant"
    assert answer.message.content.strip() and answer.eval_count == 24 and answer.prompt_eval_count > 5
    assert answer.total_duration > 0 and answer.eval_duration > 0


def test_a_streamed_chat_adds_up(chat):
    parts = list(chat(stream=True))
    assert "".join(part.message.content for part in parts) == chat().message.content
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True] and len(parts) > 5
    assert parts[-1].eval_count == 24


def test_generate_uses_the_template_unless_raw(client, server, chat):
    ask = lambda **fields: client.generate(  # noqa: E731
        model=server.model, prompt="Tell me about rivers.", options=OPTIONS, **fields)
    assert ask().response == chat().message.content
    assert "".join(part.response for part in ask(stream=True)) == ask().response
    raw = client.generate(model=server.model, prompt="The capital of France is", raw=True, options=OPTIONS)
    assert raw.response.startswith(" Paris.")
    pirate = [{"role": "system", "content": "You are a pirate."}, *TELL]
    assert ask(system="You are a pirate.").response == chat(pirate).message.content


def test_options_are_honoured(chat):
    seeded = {"temperature": 1, "seed": 3, "num_predict": 16}
    assert chat(options=seeded).message.content == chat(options=seeded).message.content
    assert chat(options={**seeded, "seed": 4}).message.content != chat(options=seeded).message.content
    whole = chat().message.content
    assert chat(options={**OPTIONS, "stop": [whole[12:18]]}).message.content == whole[:whole.index(whole[12:18])]


def test_format_gives_json_that_fits(chat):
    schema = {"type": "object", "required": ["sky"], "additionalProperties": False,
              "properties": {"sky": {"type": "string", "enum": ["clear", "cloudy"]}}}
    assert json.loads(chat(format=schema).message.content)["sky"] in ("clear", "cloudy")


def test_tools_are_offered_and_what_comes_is_a_call_or_text(chat):
    def get_weather(city: str) -> str:
        """The weather in a city.

        Args:
          city: the city's name
        """
        return city

    message = chat(tools=[get_weather]).message
    assert message.content or message.tool_calls


def test_embed_gives_a_unit_vector_for_each_text(client, server):
    answer = client.embed(model=server.model, input=["a river", "a stream"])
    assert len(answer.embeddings) == 2 and len(answer.embeddings[0]) == 576
    assert abs(sum(x * x for x in answer.embeddings[0]) - 1) < 1e-3


def test_ps_names_what_is_loaded(client, server):
    assert server.model in [model.model.removesuffix(":latest") for model in client.ps().models]


def test_an_unknown_model_is_an_error_404(client):
    with pytest.raises(ollama.ResponseError) as wrong:
        client.chat(model="missing-model", messages=TELL)
    assert wrong.value.status_code == 404 and "missing-model" in wrong.value.error


@pytest.mark.parametrize("named, fields", [
    ("frobnicate", {"options": {"frobnicate": 1}}), ("temperature", {"options": {"temperature": "hot"}}),
    ("num_gpu", {"options": {"num_gpu": 99}}), ("images", {"messages": [{**TELL[0], "images": ["aGVsbG8="]}]}),
])
def test_what_cannot_be_honoured_is_named(chat, named, fields):
    with pytest.raises(ollama.ResponseError) as wrong:
        chat(**fields)
    assert wrong.value.status_code == 400 and named in wrong.value.error
