"""The official `mistralai` client, against a name that is served in Mistral's dialect."""

import json
import re

import pytest
from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, SDKError
from mistralai.client.models import AssistantMessage, UserMessage

from conftest import SECONDS

TELL = [{"role": "user", "content": "Tell me about rivers."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather in a city.",
        "parameters": {
            "type": "object", "required": ["city"], "additionalProperties": False,
            "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
        },
    },
}


@pytest.fixture(scope="module")
def client(server):
    with Mistral(api_key="unused", server_url=server.base_url, timeout_ms=SECONDS * 1000) as client:
        yield client


@pytest.fixture(scope="module")
def chat(client, server):
    def ask(messages=TELL, **fields):
        return client.chat.complete(
            model=server.mistral, messages=messages, **{"max_tokens": 24, "temperature": 0, **fields})

    return ask


def text(answer):
    return answer.choices[0].message.content


def test_the_list_of_models_has_the_name(client, server):
    assert server.mistral in [model.id for model in client.models.list().data]
    assert client.models.retrieve(model_id=server.mistral).id == server.mistral


def test_an_answer_has_text_a_reason_and_exact_usage(chat):
    answer = chat()
    assert answer.object == "chat.completion" and answer.model and text(answer).strip()
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 24
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 24


def test_a_stream_carries_the_same_text_and_usage_last(client, server, chat):
    with client.chat.stream(model=server.mistral, messages=TELL, max_tokens=24, temperature=0) as stream:
        events = [event.data for event in stream]
    assert "".join(event.choices[0].delta.content or "" for event in events if event.choices) == text(chat())
    assert events[-1].choices[0].finish_reason == "length", "Mistral's last chunk has the reason and the usage"
    assert events[-1].usage.completion_tokens == 24 and len(events) > 5


def test_random_seed_gives_the_same_text_again(chat):
    first = text(chat(random_seed=7, temperature=1))
    assert text(chat(random_seed=7, temperature=1)) == first
    assert text(chat(random_seed=8, temperature=1)) != first


def test_safe_prompt_puts_mistrals_sentences_in_front(chat):
    safe = chat(safe_prompt=True)
    system = (
        "Always assist with care, respect, and truth. Respond with utmost utility yet securely. Avoid harmful, "
        "unethical, prejudiced, or negative content. Ensure replies promote fairness and positivity.")
    by_hand = chat([{"role": "system", "content": system}, *TELL])
    assert text(safe) == text(by_hand) and safe.usage.prompt_tokens == by_hand.usage.prompt_tokens
    assert safe.usage.prompt_tokens > chat().usage.prompt_tokens


def test_a_prefix_is_gone_on_from_and_part_of_the_answer(chat):
    begun = [UserMessage(content="What is the capital of France?"),
             AssistantMessage(content="The capital of France is", prefix=True)]
    answer = chat(begun)
    assert text(answer).startswith("The capital of France is Paris")


def test_stop_n_and_penalties_are_honoured(chat):
    whole = text(chat())
    assert text(chat(stop=[whole[12:18]])) == whole[:whole.index(whole[12:18])]
    several = chat(n=2, temperature=1, random_seed=1)
    assert len({choice.message.content for choice in several.choices}) == 2
    assert text(chat(max_tokens=96, frequency_penalty=2)) != text(chat(max_tokens=96))


@pytest.mark.parametrize("choice", ["any", "required", {"type": "function", "function": {"name": "get_weather"}}])
def test_a_tool_that_must_be_called_is_called_with_an_id_of_9_characters(chat, choice):
    # So small a model goes on calling if it may.
    answer = chat(tools=[WEATHER], tool_choice=choice, max_tokens=100, parallel_tool_calls=False)
    assert answer.choices[0].finish_reason == "tool_calls"
    for call in answer.choices[0].message.tool_calls:
        assert re.fullmatch("[a-zA-Z0-9]{9}", call.id)
        assert call.function.name == "get_weather"
        assert json.loads(call.function.arguments)["city"] in ("Paris", "Rome")


@pytest.mark.parametrize("choice", ["auto", "none"])
def test_a_tool_that_may_or_may_not_be_called(chat, choice):
    message = chat(tools=[WEATHER], tool_choice=choice).choices[0].message
    assert message.content or message.tool_calls
    assert choice == "auto" or not message.tool_calls


def test_a_streamed_call_comes_with_its_id(client, server):
    with client.chat.stream(
        model=server.mistral, messages=TELL, tools=[WEATHER], tool_choice="any", max_tokens=100, temperature=0,
        parallel_tool_calls=False) as stream:
        deltas = [call for event in stream for choice in event.data.choices for call in choice.delta.tool_calls or ()]
    arguments = "".join(delta.function.arguments for delta in deltas)
    assert json.loads(arguments)["city"] in ("Paris", "Rome")
    assert re.fullmatch("[a-zA-Z0-9]{9}", deltas[0].id)


def test_a_call_and_its_result_go_back_into_the_conversation(chat):
    call = chat(tools=[WEATHER], tool_choice="any", max_tokens=100).choices[0].message.tool_calls[0]
    conversation = [
        *TELL, {"role": "assistant", "content": "", "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "name": "get_weather", "content": "21 degrees"}]
    answer = chat(conversation, tools=[WEATHER]).choices[0].message
    assert answer.content or answer.tool_calls


def test_response_format_gives_json(chat):
    schema = {"type": "object", "required": ["sky"], "additionalProperties": False,
              "properties": {"sky": {"enum": ["clear", "cloudy"]}}}
    answer = chat(response_format={"type": "json_schema", "json_schema": {"name": "weather", "schema": schema}})
    assert json.loads(text(answer))["sky"] in ("clear", "cloudy")


def test_parse_gives_an_object_of_the_class(client, server):
    from typing import Literal

    import pydantic

    class Sky(pydantic.BaseModel):
        sky: Literal["clear", "cloudy"]

    answer = client.chat.parse(Sky, model=server.mistral, messages=TELL, max_tokens=60, temperature=0)
    assert isinstance(answer.choices[0].message.parsed, Sky)


def test_embeddings_come_one_for_each_text(client, server):
    answer = client.embeddings.create(model=server.mistral, inputs=["a river", "a stream"])
    assert [entry.index for entry in answer.data] == [0, 1] and len(answer.data[0].embedding) == 576


def test_fill_in_the_middle_without_a_suffix_goes_on(client, server):
    answer = client.fim.complete(model=server.mistral, prompt="def add(a, b):", max_tokens=12, temperature=0)
    assert text(answer)
    streamed = client.fim.stream(model=server.mistral, prompt="def add(a, b):", max_tokens=12, temperature=0)
    with streamed as stream:
        assert "".join(e.data.choices[0].delta.content or "" for e in stream if e.data.choices) == text(answer)


def test_fill_in_the_middle_with_a_suffix_works_or_says_what_the_model_lacks(client, server):
    try:
        answer = client.fim.complete(
            model=server.mistral, prompt="def add(a, b):\n    return", suffix="\n\nprint(add(1, 2))", max_tokens=12)
    except (HTTPValidationError, SDKError) as wrong:
        assert wrong.status_code in (400, 422) and "suffix" in str(wrong.body)
    else:
        assert text(answer)


def test_a_value_out_of_range_is_a_validation_error_with_its_place(chat):
    with pytest.raises(HTTPValidationError) as wrong:
        chat(temperature=99)
    assert wrong.value.status_code == 422 and wrong.value.data.detail[0].loc == ["body", "temperature"]


def test_an_unknown_field_is_answered_in_pydantics_words(server):
    body = {"model": server.mistral, "messages": TELL, "frobnicate": 1}
    status, _, answer = server.ask("/v1/chat/completions", body)
    assert status == 422
    detail = answer["detail"][0]
    assert detail["loc"] == ["body", "frobnicate"] and detail["msg"] == "Extra inputs are not permitted"
    assert detail["type"] == "extra_forbidden"


def test_openais_own_fields_are_unknown_here(server):
    body = {"model": server.mistral, "messages": TELL, "logit_bias": {"1": 1}}
    assert server.ask("/v1/chat/completions", body)[0] == 422


def test_an_unknown_model_is_an_error_of_the_client(client):
    with pytest.raises(SDKError) as wrong:
        client.chat.complete(model="missing-model", messages=TELL)
    assert wrong.value.status_code in (400, 404) and "missing-model" in wrong.value.body
