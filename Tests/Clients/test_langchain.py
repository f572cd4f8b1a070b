"""LangChain's two chat models: over OpenAI's API and over Mistral's."""

from typing import Literal

import pydantic
import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_mistralai import ChatMistralAI
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

from conftest import SECONDS

TELL = "Tell me about rivers."


class Weather(pydantic.BaseModel):
    """What the weather is."""

    sky: Literal["clear", "cloudy"]
    rain: bool


@tool
def get_weather(city: Literal["Paris", "Rome"]) -> str:
    """The weather in a city."""
    return f"21 degrees in {city}"


@pytest.fixture(scope="module", params=["openai", "mistral"])
def model(request, server):
    if request.param == "openai":
        return ChatOpenAI(
            model=server.model, base_url=server.v1, api_key="unused", max_retries=0, timeout=SECONDS, temperature=0,
            max_tokens=48, stream_usage=True)
    return ChatMistralAI(
        model=server.mistral, endpoint=server.v1, api_key="unused", max_retries=0, timeout=SECONDS, temperature=0,
        max_tokens=48)


def test_invoke_gives_a_message_with_usage(model):
    message = model.invoke(TELL)
    assert isinstance(message, AIMessage) and message.content.strip()
    assert message.usage_metadata["output_tokens"] > 0 and message.response_metadata["finish_reason"]


def test_stream_adds_up_to_invoke(model):
    whole = None
    pieces = 0
    for chunk in model.stream(TELL):
        whole = chunk if whole is None else whole + chunk
        pieces += 1
    assert whole.content == model.invoke(TELL).content and pieces > 5
    assert whole.usage_metadata["output_tokens"] > 0


def test_batch_answers_each(model):
    first, second = model.batch([TELL, "Tell me about lakes."])
    assert first.content == model.invoke(TELL).content != second.content


def test_a_bound_tool_is_called_and_its_result_taken_back(model):
    bound = model.bind_tools([get_weather], tool_choice="any")
    message = bound.invoke("The weather in Paris?")
    call = message.tool_calls[0]
    assert call["name"] == "get_weather" and call["args"]["city"] in ("Paris", "Rome") and call["id"]
    result = ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"])
    assert model.bind_tools([get_weather]).invoke([HumanMessage("The weather in Paris?"), message, result])


def test_a_streamed_tool_call_adds_up(model):
    whole = None
    for chunk in model.bind_tools([get_weather], tool_choice="any").stream("The weather in Paris?"):
        whole = chunk if whole is None else whole + chunk
    assert whole.tool_calls[0]["args"]["city"] in ("Paris", "Rome")


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_structured_output_is_an_object_of_the_class(model, method):
    assert isinstance(model.with_structured_output(Weather, method=method).invoke("The weather?"), Weather)


def test_embeddings_work_with_token_ids_as_langchain_sends_them(server):
    embeddings = OpenAIEmbeddings(
        model=server.model, base_url=server.v1, api_key="unused", check_embedding_ctx_length=False, max_retries=0)
    vectors = embeddings.embed_documents(["a river", "a stream"])
    assert len(vectors) == 2 and len(vectors[0]) == 576 and embeddings.embed_query("a river") == vectors[0]
