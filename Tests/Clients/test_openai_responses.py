"""The official `openai` client: the Responses API, with its events and function tools."""

import json
from typing import Literal

import openai
import pydantic
import pytest

from conftest import SECONDS

WEATHER = {
    "type": "function", "name": "get_weather", "description": "The weather in a city.", "strict": True,
    "parameters": {
        "type": "object", "additionalProperties": False, "required": ["city"],
        "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
    },
}


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.v1, api_key="unused", max_retries=0, timeout=SECONDS)


@pytest.fixture(scope="module")
def respond(client, server):
    def ask(given="Tell me about rivers.", **fields):
        return client.responses.create(
            model=server.model, input=given, **{"max_output_tokens": 24, "temperature": 0, **fields})

    return ask


def test_a_text_gets_a_text_and_usage(respond):
    answer = respond()
    assert answer.object == "response" and answer.id.startswith("resp")
    assert answer.output_text.strip() and answer.output[0].type == "message"
    assert answer.usage.output_tokens == 24
    assert answer.usage.total_tokens == answer.usage.input_tokens + 24


def test_an_answer_that_was_cut_says_so(respond):
    answer = respond()
    assert answer.status == "incomplete" and answer.incomplete_details.reason == "max_output_tokens"
    whole = respond("Say only: Hello", max_output_tokens=200)
    assert whole.status == "completed" and whole.incomplete_details is None


def test_it_is_the_text_that_chat_gives(respond, client, server):
    chat = client.chat.completions.create(
        model=server.model, messages=[{"role": "user", "content": "Tell me about rivers."}], temperature=0,
        max_completion_tokens=24)
    assert respond().output_text == chat.choices[0].message.content


def test_instructions_and_messages_reach_the_prompt(respond):
    messages = [{"role": "user", "content": [{"type": "input_text", "text": "Tell me about rivers."}]}]
    assert respond(messages).output_text == respond().output_text
    assert respond(instructions="You are a pirate.").output_text == respond(
        [{"role": "system", "content": "You are a pirate."}, *messages]).output_text != respond().output_text


def test_an_answer_can_go_back_as_input(respond):
    first = respond()
    conversation = [
        {"role": "user", "content": "Tell me about rivers."}, *first.output, {"role": "user", "content": "And lakes?"}]
    second = respond(conversation)
    assert second.usage.input_tokens > first.usage.input_tokens + 20 and second.output_text


def test_events_come_in_order_and_carry_the_text(respond):
    events = list(respond(stream=True))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"]
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) > 3
    after = [kind for kind in kinds[4:] if kind != "response.output_text.delta"]
    assert after == [
        "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.incomplete"]
    assert "".join(deltas) == events[-1].response.output_text == respond().output_text
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert events[-1].response.usage.output_tokens == 24


def test_a_whole_answer_ends_with_completed(respond):
    assert list(respond("Say only: Hello", max_output_tokens=200, stream=True))[-1].type == "response.completed"


def test_a_function_is_called_and_its_result_taken_back(respond):
    answer = respond("The weather in Paris?", tools=[WEATHER], tool_choice="required", max_output_tokens=200)
    call = next(item for item in answer.output if item.type == "function_call")
    assert call.name == "get_weather" and call.call_id and json.loads(call.arguments)["city"] in ("Paris", "Rome")
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "21 degrees"}
    conversation = [{"role": "user", "content": "The weather in Paris?"}, *answer.output, result]
    assert respond(conversation, tools=[WEATHER], tool_choice="none").output_text.strip()


def test_streamed_arguments_are_those_of_the_call(respond):
    fields = {"tools": [WEATHER], "tool_choice": {"type": "function", "name": "get_weather"}, "max_output_tokens": 200}
    events = list(respond("The weather in Paris?", stream=True, **fields))
    deltas = "".join(e.delta for e in events if e.type == "response.function_call_arguments.delta")
    done = [e for e in events if e.type == "response.function_call_arguments.done"]
    assert len(done) == 1 and done[0].arguments == deltas
    call = events[-1].response.output[0]
    assert (call.type, call.name, call.arguments) == ("function_call", "get_weather", deltas)


class Weather(pydantic.BaseModel):
    sky: Literal["clear", "cloudy"]
    rain: bool


def test_parse_gives_an_object_of_the_class(client, server):
    answer = client.responses.parse(
        model=server.model, input="The weather?", text_format=Weather, max_output_tokens=100, temperature=0)
    assert isinstance(answer.output_parsed, Weather)


@pytest.mark.parametrize("fields", [
    {"background": True}, {"previous_response_id": "resp_unknown"}, {"conversation": "conv_unknown"},
    {"tools": [{"type": "web_search"}]},
])
def test_what_is_not_honoured_is_refused_by_name(respond, fields):
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)) as wrong:
        respond(**fields)
    assert next(iter(fields)) in str(wrong.value)
