"""The official `openai` client: models, chat and its sampling fields, streams."""

import concurrent.futures
import math

import openai
import pytest

from conftest import SECONDS

TELL = [{"role": "user", "content": "Tell me about rivers."}]


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.v1, api_key="unused", max_retries=0, timeout=SECONDS)


@pytest.fixture(scope="module")
def chat(client, server):
    def ask(messages=TELL, **fields):
        fields = {"max_completion_tokens": 24, "temperature": 0, **fields}
        return client.chat.completions.create(model=server.model, messages=messages, **fields)

    return ask


def text(answer):
    return answer.choices[0].message.content


def test_the_list_of_models_has_the_model(client, server):
    models = client.models.list()
    assert models.object == "list"
    assert server.model in [model.id for model in models.data]


def test_a_model_is_found_by_its_name(client, server):
    model = client.models.retrieve(server.model)
    assert (model.id, model.object) == (server.model, "model") and model.created > 0 and model.owned_by


def test_an_answer_has_text_a_reason_and_exact_usage(chat):
    answer = chat()
    assert answer.object == "chat.completion" and answer.id and answer.created > 1e9
    assert text(answer).strip() and answer.choices[0].message.role == "assistant"
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 24
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 24


def test_an_answer_that_ends_by_itself_says_stop(chat):
    answer = chat([{"role": "user", "content": "Say only: Hello"}], max_completion_tokens=200)
    assert answer.choices[0].finish_reason == "stop" and answer.usage.completion_tokens < 200


def test_max_tokens_is_honoured_as_well(chat):
    answer = chat(max_completion_tokens=None, max_tokens=5)
    assert answer.usage.completion_tokens == 5 and answer.choices[0].finish_reason == "length"


def test_a_longer_prompt_costs_more_prompt_tokens(chat):
    short, long = chat(), chat([{"role": "user", "content": "Tell me about rivers and about lakes and seas."}])
    assert short.usage.prompt_tokens < long.usage.prompt_tokens


def test_system_developer_and_parts_of_content_reach_the_prompt(chat):
    # A line between parts is what other servers write too.
    parts = [{"type": "text", "text": "Tell me"}, {"type": "text", "text": "about rivers."}]
    assert text(chat([{"role": "user", "content": parts}])) == text(
        chat([{"role": "user", "content": "Tell me\nabout rivers."}]))
    system = chat([{"role": "system", "content": "You are a pirate."}, *TELL])
    developer = chat([{"role": "developer", "content": "You are a pirate."}, *TELL])
    assert text(system) == text(developer) != text(chat())


def test_a_stream_carries_the_same_text_as_an_answer(chat):
    whole = chat(seed=5, temperature=0.9)
    chunks = list(chat(seed=5, temperature=0.9, stream=True))
    deltas = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in deltas) == text(whole)
    assert [choice.delta.role for choice in deltas if choice.delta.role] == ["assistant"]
    assert [choice.finish_reason for choice in deltas if choice.finish_reason] == ["length"]
    assert deltas[-1].finish_reason == "length", "the reason comes last"
    assert len({chunk.id for chunk in chunks}) == 1 and {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len(deltas) > 5, "it came in pieces"


def test_usage_comes_last_in_a_stream_if_asked_for_and_only_then(chat):
    assert all(chunk.usage is None for chunk in chat(stream=True))
    chunks = list(chat(stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == [] and all(chunk.usage is None for chunk in chunks[:-1])
    assert chunks[-1].usage.completion_tokens == 24
    assert chunks[-1].usage.prompt_tokens == chat().usage.prompt_tokens


def test_the_client_assembles_a_stream_by_its_own_rules(client, server, chat):
    hello = [{"role": "user", "content": "Say only: Hello"}]  # the client wants an answer that ends by itself
    with client.chat.completions.stream(
        model=server.model, messages=hello, max_completion_tokens=200, temperature=0) as stream:
        kinds = {event.type for event in stream}
        final = stream.get_final_completion()
    assert {"chunk", "content.delta", "content.done"} <= kinds
    assert text(final) == text(chat(hello, max_completion_tokens=200))


def test_a_stream_that_is_closed_early_leaves_the_server_well(chat):
    stream = chat(stream=True, max_completion_tokens=500)
    next(iter(stream))
    stream.close()
    assert text(chat()).strip()


def test_n_gives_that_many_different_answers_and_counts_all_tokens(chat):
    answer = chat(n=3, temperature=1, seed=1)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in answer.choices}) == 3
    assert answer.usage.completion_tokens == 72
    assert [c.message.content for c in chat(n=3, temperature=1, seed=1).choices] == \
        [c.message.content for c in answer.choices]


def test_a_stream_of_n_keeps_the_answers_apart(chat):
    whole = chat(n=3, temperature=1, seed=1)
    found = {0: "", 1: "", 2: ""}
    for chunk in chat(n=3, temperature=1, seed=1, stream=True):
        for choice in chunk.choices:
            found[choice.index] += choice.delta.content or ""
    assert found == {choice.index: choice.message.content for choice in whole.choices}


@pytest.mark.parametrize("stream", [False, True])
def test_stop_ends_the_answer_before_the_stop_text(chat, stream):
    whole = text(chat())
    # Over the border of words, hence of tokens.
    stop = whole[12:19]
    expected = whole[:whole.index(stop)]
    if stream:
        choices = [choice for chunk in chat(stop=stop, stream=True) for choice in chunk.choices]
        found, reason = "".join(c.delta.content or "" for c in choices), choices[-1].finish_reason
    else:
        answer = chat(stop=stop)
        found, reason = text(answer), answer.choices[0].finish_reason
    assert (found, reason) == (expected, "stop")


def test_the_first_of_several_stops_counts(chat):
    whole = text(chat())
    stops = [whole[20:24], whole[8:12], "never in there"]
    assert text(chat(stop=stops)) == whole[:min(whole.index(stop) for stop in stops[:2])]


def test_a_seed_gives_the_same_text_again_and_another_seed_another(chat):
    first = text(chat(seed=7, temperature=1))
    assert text(chat(seed=7, temperature=1)) == first
    assert text(chat(seed=8, temperature=1)) != first


def test_a_seed_gives_the_same_text_whatever_runs_beside_it(chat):
    alone = [text(chat(seed=seed, temperature=1)) for seed in range(8)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda seed: text(chat(seed=seed, temperature=1)), range(8)))
    assert together == alone


def test_without_a_seed_answers_differ(chat):
    assert len({text(chat(temperature=1)) for _ in range(4)}) > 1


def test_logprobs_cover_the_text_and_rank_as_they_should(chat):
    answer = chat(logprobs=True, top_logprobs=5)
    content = answer.choices[0].logprobs.content
    assert len(content) == answer.usage.completion_tokens
    assert b"".join(bytes(entry.bytes) for entry in content).decode() == text(answer)
    for entry in content:
        ranks = [top.logprob for top in entry.top_logprobs]
        assert len(ranks) == 5 and ranks == sorted(ranks, reverse=True)
        assert entry.token == entry.top_logprobs[0].token and entry.logprob == ranks[0], "greedy takes the best"
        assert entry.logprob <= 0 and sum(map(math.exp, ranks)) < 1.001


def test_logprobs_in_a_stream_are_those_of_the_answer(chat):
    whole = chat(logprobs=True, top_logprobs=2).choices[0].logprobs.content
    chunks = chat(logprobs=True, top_logprobs=2, stream=True)
    streamed = [
        entry for chunk in chunks for choice in chunk.choices if choice.logprobs for entry in choice.logprobs.content]
    assert [entry.model_dump() for entry in streamed] == [entry.model_dump() for entry in whole]


def test_logprobs_without_top_logprobs_has_no_others(chat):
    content = chat(logprobs=True).choices[0].logprobs.content
    assert len(content) == 24 and all(entry.top_logprobs == [] for entry in content)


def test_logit_bias_forbids_and_forces_a_token(client, server):
    def ask(**fields):
        return client.completions.create(
            model=server.model, prompt="The capital of France is", max_tokens=1, temperature=0, **fields
        ).choices[0].text

    assert ask() == " Paris"
    assert ask(logit_bias={"7042": -100}) != " Paris"
    assert ask(logit_bias={"3575": 100}) == " capital"


def test_penalties_change_what_repeats(client, server):
    def ask(**fields):
        return client.completions.create(
            model=server.model, prompt="The capital of France is", max_tokens=32, temperature=0, **fields
        ).choices[0].text

    plain = ask()
    lines = [line for line in plain.split("\n") if line]
    assert len(lines) > len(set(lines)) or lines[-1] in lines[-2], "greedily it says a sentence twice"
    assert ask(frequency_penalty=2) != plain != ask(presence_penalty=2)


def test_top_p_of_almost_nothing_is_greedy(chat):
    assert text(chat(temperature=1, top_p=1e-6)) == text(chat())


def test_user_is_accepted(chat):
    assert text(chat(user="someone")) == text(chat())
