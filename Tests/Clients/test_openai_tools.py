"""The official `openai` client: tools with every tool_choice, and answers in a given form.

The model is far too small to choose tools well: what is checked is that the server holds to what was asked.
"""

import enum
import json
from typing import Literal

import openai
import pydantic
import pytest

from conftest import SECONDS

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "The weather in a city.",
        "parameters": {
            "type": "object", "additionalProperties": False, "required": ["city", "unit"],
            "properties": {
                "city": {"type": "string", "maxLength": 20},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
        },
    },
}
TIME = {
    "type": "function",
    "function": {
        "name": "get_time", "description": "The time in a zone.",
        "parameters": {
            "type": "object", "additionalProperties": False, "required": ["zone"],
            "properties": {"zone": {"type": "string", "enum": ["UTC", "CET"]}},
        },
    },
}
PARIS = [{"role": "user", "content": "What is the weather in Paris?"}]


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.v1, api_key="unused", max_retries=0, timeout=SECONDS)


@pytest.fixture(scope="module")
def chat(client, server):
    def ask(messages=PARIS, **fields):
        return client.chat.completions.create(
            model=server.model, messages=messages, **{"max_completion_tokens": 200, "temperature": 0, **fields})

    return ask


def check(call):
    """A call that the tool could be run with."""
    assert call.type == "function" and call.id
    arguments = json.loads(call.function.arguments)
    if call.function.name == "get_weather":
        assert set(arguments) == {"city", "unit"} and arguments["unit"] in ("celsius", "fahrenheit")
        assert isinstance(arguments["city"], str) and len(arguments["city"]) <= 20
    else:
        assert call.function.name == "get_time" and arguments["zone"] in ("UTC", "CET") and len(arguments) == 1


def test_required_calls_a_tool_with_arguments_that_fit(chat):
    # So small a model goes on calling if it may.
    choice = chat(tools=[WEATHER, TIME], tool_choice="required", parallel_tool_calls=False).choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.tool_calls
    for call in choice.message.tool_calls:
        check(call)


@pytest.mark.parametrize("name", ["get_weather", "get_time"])
def test_a_named_tool_is_the_one_that_is_called(chat, name):
    choice = chat(tools=[WEATHER, TIME], tool_choice={"type": "function", "function": {"name": name}}).choices[0]
    # OpenAI's own API says stop for a named function, most others tool_calls.
    assert choice.finish_reason in ("tool_calls", "stop")
    assert [call.function.name for call in choice.message.tool_calls] == [name]
    check(choice.message.tool_calls[0])


def test_none_calls_nothing(chat):
    choice = chat(tools=[WEATHER], tool_choice="none", max_completion_tokens=48).choices[0]
    assert not choice.message.tool_calls and choice.message.content


@pytest.mark.parametrize("seed", range(4))
def test_auto_answers_or_calls_and_loses_nothing(chat, seed):
    choice = chat(tools=[WEATHER], tool_choice="auto", temperature=0.8, seed=seed, max_completion_tokens=96).choices[0]
    assert choice.message.content or choice.message.tool_calls
    for call in choice.message.tool_calls or ():
        json.loads(call.function.arguments)
    assert choice.finish_reason in (("tool_calls",) if choice.message.tool_calls else ("stop", "length"))


def test_without_parallel_calls_there_is_exactly_one(chat):
    for seed in range(3):
        choice = chat(
            tools=[WEATHER, TIME], tool_choice="required", parallel_tool_calls=False, temperature=1, seed=seed).choices[0]
        assert len(choice.message.tool_calls) == 1
        check(choice.message.tool_calls[0])


def test_several_calls_fit_each(chat):
    choice = chat(tools=[WEATHER, TIME], tool_choice="required", parallel_tool_calls=True).choices[0]
    calls = choice.message.tool_calls
    for call in calls if choice.finish_reason == "tool_calls" else calls[:-1]:
        check(call)
    assert len(calls) > 1 and len({call.id for call in calls}) == len(calls)


@pytest.mark.parametrize("parallel", [False, True])
def test_streamed_deltas_make_the_same_calls(chat, parallel):
    fields = {"tools": [WEATHER, TIME], "tool_choice": "required", "temperature": 0.7, "seed": 4,
              "parallel_tool_calls": parallel}
    whole = chat(**fields).choices[0].message.tool_calls
    calls, reasons, pieces = {}, [], 0
    for chunk in chat(stream=True, **fields):
        for choice in chunk.choices:
            reasons += [choice.finish_reason] if choice.finish_reason else []
            for delta in choice.delta.tool_calls or ():
                if delta.index not in calls:
                    assert delta.id and delta.type == "function" and delta.function.name, "a call opens with its name"
                    calls[delta.index] = [delta.function.name, ""]
                calls[delta.index][1] += delta.function.arguments or ""
                pieces += 1
    assert reasons == ["tool_calls"] or (parallel and reasons == ["length"])
    assert [calls[index] for index in sorted(calls)] == [[c.function.name, c.function.arguments] for c in whole]
    assert pieces > len(whole), "arguments come in pieces"


def test_the_client_assembles_streamed_calls_by_its_own_rules(client, server):
    with client.chat.completions.stream(
        model=server.model, messages=PARIS, tools=[WEATHER], tool_choice="required", temperature=0,
        parallel_tool_calls=False) as stream:
        for _ in stream:
            pass
        call = stream.get_final_completion().choices[0].message.tool_calls[0]
    check(call)


def test_a_call_and_its_result_go_back_into_the_conversation(chat):
    call = chat(tools=[WEATHER], tool_choice="required").choices[0].message.tool_calls[0]
    conversation = [
        *PARIS,
        {"role": "assistant", "content": None, "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": '{"degrees": 21}'},
    ]
    answer = chat(conversation, tools=[WEATHER], max_completion_tokens=32)
    assert answer.choices[0].message.content or answer.choices[0].message.tool_calls
    assert answer.usage.prompt_tokens > chat(tools=[WEATHER], max_completion_tokens=1).usage.prompt_tokens


@pytest.mark.parametrize("field, value, named", [
    ("tool_choice", "required", "tool_choice"),
    ("tools", [{"type": "function", "function": {"name": "a b", "parameters": {"type": "object"}}}], "name"),
    ("tools", [{"type": "web_search"}], "type"),
])
def test_tools_that_make_no_sense_are_refused_by_name(chat, field, value, named):
    with pytest.raises(openai.BadRequestError) as wrong:
        chat(**{field: value})
    assert named in str(wrong.value)


def test_a_choice_of_an_unknown_tool_is_refused(chat):
    with pytest.raises(openai.BadRequestError) as wrong:
        chat(tools=[WEATHER], tool_choice={"type": "function", "function": {"name": "missing"}})
    assert "missing" in str(wrong.value)


# --- answers in a given form


class Size(enum.Enum):
    small = "small"
    large = "large"


class City(pydantic.BaseModel):
    name: Literal["Paris", "Rome"]
    size: Size
    is_capital: bool
    twins: list[Literal["Berlin", "Tokyo"]] = pydantic.Field(max_length=2)


def test_a_json_object_is_one(chat):
    """A small model rambles: of some seeds one must end, and all that end must be objects."""
    ended = 0
    for seed in range(6):
        choice = chat(
            [{"role": "user", "content": "Give me JSON with the key city."}], response_format={"type": "json_object"},
            temperature=0.5, seed=seed).choices[0]
        if choice.finish_reason == "stop":
            ended += 1
            assert isinstance(json.loads(choice.message.content), dict)
    assert ended > 0


def test_parse_gives_an_object_of_the_class(client, server):
    answer = client.chat.completions.parse(
        model=server.model, messages=[{"role": "user", "content": "Describe a city."}], response_format=City,
        max_completion_tokens=200, temperature=0)
    assert isinstance(answer.choices[0].message.parsed, City)
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("seed", range(5))
def test_a_json_schema_holds_for_every_seed(chat, seed):
    choice = chat(
        [{"role": "user", "content": "Anything."}], temperature=1.5, seed=seed,
        response_format={"type": "json_schema", "json_schema": {
            "name": "city", "strict": True, "schema": City.model_json_schema()}}).choices[0]
    assert choice.finish_reason == "stop"
    City.model_validate_json(choice.message.content)


def test_a_json_schema_streams_as_the_same_text(chat):
    fields = {"seed": 2, "temperature": 1, "response_format": {"type": "json_schema", "json_schema": {
        "name": "city", "schema": City.model_json_schema()}}}
    streamed = "".join(
        choice.delta.content or "" for chunk in chat(stream=True, **fields) for choice in chunk.choices)
    assert streamed == chat(**fields).choices[0].message.content


def test_a_schema_keyword_that_is_not_supported_is_named(chat):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": {"type": "integer"}}
    with pytest.raises(openai.BadRequestError) as wrong:
        chat(response_format={"type": "json_schema", "json_schema": {"name": "a", "schema": schema}})
    assert "unevaluatedProperties" in str(wrong.value)


def test_an_unknown_form_is_refused(chat):
    with pytest.raises(openai.BadRequestError):
        chat(response_format={"type": "yaml"})
