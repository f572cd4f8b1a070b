"""The official `openai` client: plain completions and embeddings."""

import base64
import math
import struct

import openai
import pytest

from conftest import SECONDS

PROMPT = "The capital of France is"
# What llama.cpp's SmolLM2 goes on with, greedily, as far as no two tokens nearly tie.
PARIS = " Paris."


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.v1, api_key="unused", max_retries=0, timeout=SECONDS)


@pytest.fixture(scope="module")
def complete(client, server):
    def ask(prompt=PROMPT, **fields):
        return client.completions.create(
            model=server.model, prompt=prompt, **{"max_tokens": 16, "temperature": 0, **fields})

    return ask


def test_a_prompt_goes_to_the_model_as_it_is(complete):
    answer = complete()
    assert answer.object == "text_completion" and answer.choices[0].text.startswith(PARIS)
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (5, 16)


def test_a_stream_carries_the_same_text(complete):
    chunks = list(complete(stream=True, stream_options={"include_usage": True}))
    assert "".join(c.text for chunk in chunks for c in chunk.choices) == complete().choices[0].text
    assert chunks[-1].usage.completion_tokens == 16


def test_token_ids_are_a_prompt_too(complete):
    assert complete([504, 3575, 282, 4649, 314]).choices[0].text == complete().choices[0].text


def test_several_prompts_get_an_answer_each_in_order(complete):
    answer = complete([PROMPT, "One, two, three,"])
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert answer.choices[0].text == complete().choices[0].text
    assert answer.choices[1].text == complete("One, two, three,").choices[0].text


def test_echo_gives_the_prompt_back_first(complete):
    assert complete(echo=True).choices[0].text == PROMPT + complete().choices[0].text


def test_echo_with_logprobs_scores_the_prompt(complete):
    """What evaluation harnesses ask for: the likelihood of a given text."""
    found = complete(echo=True, logprobs=3, max_tokens=1).choices[0].logprobs
    assert "".join(found.tokens) == PROMPT + " Paris" and len(found.tokens) == 6
    assert found.token_logprobs[0] is None and all(value < 0 for value in found.token_logprobs[1:])
    assert found.text_offset == [0, 3, 11, 14, 21, 24], "each token's place in the text"
    assert all(len(top) >= 3 for top in found.top_logprobs[1:])
    nonsense = complete("The capital of France xylophone", echo=True, logprobs=1, max_tokens=1).choices[0].logprobs
    assert min(nonsense.token_logprobs[1:]) < min(found.token_logprobs[1:])


def test_max_tokens_of_0_with_echo_scores_and_writes_nothing(complete):
    answer = complete(echo=True, logprobs=1, max_tokens=0)
    assert answer.choices[0].text == PROMPT and answer.usage.completion_tokens == 0
    assert len(answer.choices[0].logprobs.tokens) == 5


def test_stop_and_n_and_seed_work_here_too(complete):
    assert complete(stop="Paris").choices[0].text == " "
    first = complete(n=2, temperature=1, seed=3)
    assert len({choice.text for choice in first.choices}) == 2
    assert [c.text for c in complete(n=2, temperature=1, seed=3).choices] == [c.text for c in first.choices]


# --- embeddings


@pytest.fixture(scope="module")
def embed(client, server):
    return lambda given, **fields: client.embeddings.create(model=server.model, input=given, **fields)


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def test_an_embedding_is_a_unit_vector_of_the_models_width(embed):
    answer = embed("a river")  # the client asks for base64 and decodes it
    vector = answer.data[0].embedding
    assert answer.object == "list" and answer.data[0].object == "embedding"
    assert len(vector) == 576 and abs(math.sqrt(sum(x * x for x in vector)) - 1) < 1e-4
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


def test_base64_and_floats_are_the_same_numbers(embed, server):
    floats = embed("a river", encoding_format="float").data[0].embedding
    raw = server.ask("/v1/embeddings", {"model": server.model, "input": "a river", "encoding_format": "base64"})[2]
    packed = base64.b64decode(raw["data"][0]["embedding"])
    assert struct.unpack(f"<{len(floats)}f", packed) == pytest.approx(floats, abs=1e-6)


def test_texts_together_get_the_vectors_they_get_alone(embed):
    texts = ["a river", "the stock market fell", "a small stream of water flows by"]
    together = embed(texts)
    assert [entry.index for entry in together.data] == [0, 1, 2]
    for entry, text in zip(together.data, texts):
        assert entry.embedding == pytest.approx(embed(text).data[0].embedding, abs=1e-5)


def test_texts_of_one_kind_lie_nearer_than_others(embed):
    river, stream, market = (entry.embedding for entry in embed(
        ["The river flows to the sea.", "The stream runs to the ocean.", "def add(a, b): return a + b"]).data)
    assert cosine(river, stream) > cosine(river, market)


def test_token_ids_are_an_input_too(embed):
    ids = embed([504, 3575, 282, 4649, 314]).data[0].embedding
    assert ids == pytest.approx(embed(PROMPT).data[0].embedding, abs=1e-5)


def test_an_empty_input_is_refused(embed):
    with pytest.raises(openai.BadRequestError):
        embed([])
