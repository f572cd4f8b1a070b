"""The official `anthropic` client against /v1/messages."""

import anthropic
import pytest

from conftest import KEY, SECONDS

# The client has no parameter for it any more; the API has.
GREEDY = {"temperature": 0}
TELL = [{"role": "user", "content": "Tell me about rivers."}]
WEATHER = {
    "name": "get_weather", "description": "The weather in a city.",
    "input_schema": {
        "type": "object", "required": ["city"], "additionalProperties": False,
        "properties": {"city": {"type": "string", "enum": ["Paris", "Rome"]}},
    },
}


@pytest.fixture(scope="module")
def client(server):
    return anthropic.Anthropic(base_url=server.base_url, api_key="unused", max_retries=0, timeout=SECONDS)


@pytest.fixture(scope="module")
def ask(client, server):
    return lambda messages=TELL, **fields: client.messages.create(
        model=server.model, messages=messages, **{"max_tokens": 24, "extra_body": GREEDY, **fields})


def text(message):
    return "".join(block.text for block in message.content if block.type == "text")


def test_a_message_gets_a_message(ask):
    message = ask()
    assert message.type == "message" and message.role == "assistant" and message.id.startswith("msg")
    assert text(message).strip() and message.usage.output_tokens == 24 and message.usage.input_tokens > 5


def test_each_end_has_its_reason(ask):
    assert ask().stop_reason == "max_tokens"
    assert ask([{"role": "user", "content": "Say only: Hello"}], max_tokens=200).stop_reason == "end_turn"
    whole = text(ask())
    stopped = ask(stop_sequences=[whole[12:18]])
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", whole[12:18])
    assert text(stopped) == whole[:whole.index(whole[12:18])]


def test_system_reaches_the_prompt_in_both_forms(ask):
    plain = text(ask(system="You are a pirate."))
    assert plain == text(ask(system=[{"type": "text", "text": "You are a pirate."}])) != text(ask())


def test_a_stream_adds_up_to_the_message(client, server, ask):
    with client.messages.stream(model=server.model, messages=TELL, max_tokens=24, extra_body=GREEDY) as stream:
        pieces = list(stream.text_stream)
        final = stream.get_final_message()
    assert len(pieces) > 5 and "".join(pieces) == text(final) == text(ask())
    assert final.stop_reason == "max_tokens" and final.usage.output_tokens == 24


def test_the_events_of_a_stream_come_in_order(ask):
    kinds = [event.type for event in ask(stream=True) if event.type != "ping"]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert set(kinds[2:-3]) == {"content_block_delta"}


@pytest.mark.parametrize("choice", [{"type": "any"}, {"type": "tool", "name": "get_weather"}])
def test_a_tool_that_must_be_used_is_used(ask, choice):
    # So small a model goes on calling if it may.
    message = ask(tools=[WEATHER], tool_choice={**choice, "disable_parallel_tool_use": True}, max_tokens=100)
    assert len([block for block in message.content if block.type == "tool_use"]) == 1
    use = next(block for block in message.content if block.type == "tool_use")
    assert message.stop_reason == "tool_use" and use.name == "get_weather" and use.input["city"] in ("Paris", "Rome")
    result = [
        *TELL, {"role": "assistant", "content": message.content},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}]}]
    assert ask(result, tools=[WEATHER], tool_choice={"type": "none"}).content


def test_a_streamed_tool_use_adds_up(client, server):
    with client.messages.stream(
        model=server.model, messages=TELL, max_tokens=100, tools=[WEATHER], tool_choice={"type": "any"}) as stream:
        use = next(block for block in stream.get_final_message().content if block.type == "tool_use")
    assert use.input["city"] in ("Paris", "Rome")


@pytest.mark.parametrize("choice", [{"type": "auto"}, {"type": "none"}])
def test_a_tool_that_need_not_be_used(ask, choice):
    message = ask(tools=[WEATHER], tool_choice=choice)
    assert message.content
    assert choice["type"] == "auto" or all(block.type == "text" for block in message.content)


def test_count_tokens_is_what_the_message_costs(client, server, ask):
    counted = client.messages.count_tokens(model=server.model, messages=TELL, system="You are a pirate.")
    assert counted.input_tokens == ask(system="You are a pirate.", max_tokens=1).usage.input_tokens
    with_tools = client.messages.count_tokens(model=server.model, messages=TELL, tools=[WEATHER])
    assert with_tools.input_tokens > client.messages.count_tokens(model=server.model, messages=TELL).input_tokens


def test_errors_are_those_of_the_client(client, server, ask):
    with pytest.raises(anthropic.NotFoundError):
        client.messages.create(model="missing-model", messages=TELL, max_tokens=1)
    for named, fields in (
        ("temperature", {"extra_body": {"temperature": 9}}), ("frobnicate", {"extra_body": {"frobnicate": 1}}),
        ("max_tokens", {"max_tokens": 0}), ("thinking", {"thinking": {"type": "enabled", "budget_tokens": 2000}}),
    ):
        with pytest.raises(anthropic.BadRequestError) as wrong:
            ask(**fields)
        assert wrong.value.body["type"] == "error" and named in wrong.value.body["error"]["message"]


def test_the_key_goes_in_x_api_key(keyed):
    ask = lambda key: anthropic.Anthropic(  # noqa: E731
        base_url=keyed.base_url, api_key=key, max_retries=0, timeout=SECONDS
    ).messages.create(model=keyed.model, messages=TELL, max_tokens=1)
    with pytest.raises(anthropic.AuthenticationError):
        ask("sk-wrong")
    assert ask(KEY).content
