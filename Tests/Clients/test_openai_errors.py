"""The official `openai` client: each kind of error is raised as its class, names what is wrong, and gives nothing away."""

import httpx
import openai
import pytest

from conftest import KEY, POOR_KEY, SECONDS

USER = [{"role": "user", "content": "Hello"}]
SECRET = "a prompt that must not come back"


@pytest.fixture(scope="module")
def client(server):
    return openai.OpenAI(base_url=server.v1, api_key="unused", max_retries=0, timeout=SECONDS)


def keyed_client(keyed, key):
    return openai.OpenAI(base_url=keyed.v1, api_key=key, max_retries=0, timeout=SECONDS)


def test_an_unknown_model_is_not_found(client):
    for ask in (
        lambda: client.models.retrieve("missing-model"),
        lambda: client.chat.completions.create(model="missing-model", messages=USER),
        lambda: client.completions.create(model="missing-model", prompt="a"),
        lambda: client.embeddings.create(model="missing-model", input="a"),
    ):
        with pytest.raises(openai.NotFoundError) as wrong:
            ask()
        assert "missing-model" in str(wrong.value)


def test_an_unknown_path_is_not_found(client):
    with pytest.raises(openai.NotFoundError):
        client.files.list()


# To add a bad request: one row: the field it must name, and the fields of the request.
@pytest.mark.parametrize("named, fields", [
    ("frobnicate", {"extra_body": {"frobnicate": 1}}),
    ("temperature", {"temperature": 5}),
    ("temperature", {"temperature": -1}),
    ("temperature", {"temperature": "hot"}),
    ("top_p", {"top_p": 1.5}),
    ("max_completion_tokens", {"max_completion_tokens": -1}),
    ("max_completion_tokens", {"max_completion_tokens": "many"}),
    ("n", {"n": 0}),
    ("n", {"n": 100000}),
    ("stop", {"stop": [1, 2]}),
    ("seed", {"seed": "x"}),
    ("top_logprobs", {"logprobs": True, "top_logprobs": 1000}),
    ("top_logprobs", {"top_logprobs": 2}),
    ("logit_bias", {"logit_bias": {"1": 1000}}),
    ("logit_bias", {"logit_bias": {"99999999": 1}}),
    ("logit_bias", {"logit_bias": {"word": 1}}),
    ("presence_penalty", {"presence_penalty": 9}),
    ("stream_options", {"stream_options": {"include_usage": True}}),
    ("messages", {"messages": []}),
    ("role", {"messages": [{"role": "stranger", "content": "a"}]}),
    ("content", {"messages": [{"role": "user"}]}),
    ("image_url", {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}]}]}),
    ("modalities", {"modalities": ["audio"]}),
    ("audio", {"extra_body": {"audio": {"voice": "alloy", "format": "mp3"}}}),
    ("web_search_options", {"extra_body": {"web_search_options": {}}}),
    ("store", {"store": True}),
    ("service_tier", {"service_tier": "priority"}),
], ids=lambda value: value if isinstance(value, str) else str(value)[:60])
def test_what_cannot_be_honoured_is_a_bad_request_that_names_it(client, server, named, fields):
    body = {"model": server.model, "messages": USER, "max_completion_tokens": 2, **fields}
    with pytest.raises(openai.BadRequestError) as wrong:
        client.chat.completions.create(**body)
    assert named in wrong.value.body["message"]
    assert wrong.value.body["type"] == "invalid_request_error"


def test_a_prompt_longer_than_the_context_is_refused_with_both_numbers(client, server):
    with pytest.raises(openai.BadRequestError) as wrong:
        client.completions.create(model=server.model, prompt="word " * 9000, max_tokens=1)
    assert wrong.value.code == "context_length_exceeded"
    assert "4096" in str(wrong.value) and "900" in str(wrong.value)


def test_a_wrong_or_missing_key_is_an_authentication_error(keyed):
    for key in ("sk-wrong", KEY[:-1], KEY + "x"):
        with pytest.raises(openai.AuthenticationError):
            keyed_client(keyed, key).models.list()
    assert keyed.ask("/v1/models")[0] == 401
    assert keyed_client(keyed, KEY).models.list().data


def test_too_many_requests_are_a_rate_limit_error_that_says_when_to_come_back(keyed):
    poor = keyed_client(keyed, POOR_KEY)
    with pytest.raises(openai.RateLimitError) as wrong:
        for _ in range(3):
            poor.chat.completions.create(model=keyed.model, messages=USER, max_completion_tokens=1)
    assert 1 <= int(wrong.value.response.headers["retry-after"]) <= 60
    assert keyed_client(keyed, KEY).models.list().data, "another key is not held up"


def test_more_than_may_wait_are_turned_away_with_a_time_to_come_back(serve, settings):
    model = {**settings()["models"]["smollm2"], "sequences": 1, "queue": 1}
    with serve({"models": {"smollm2": model}}) as process:
        client = openai.OpenAI(base_url=process.base_url + "/v1", api_key="unused", max_retries=0, timeout=SECONDS)
        ask = lambda: client.chat.completions.create(  # noqa: E731
            model="smollm2", messages=USER, max_completion_tokens=400, stream=True, logit_bias={"2": -100, "0": -100})
        running, waiting = ask(), []
        next(iter(running))  # it has its place
        with pytest.raises(openai.RateLimitError) as wrong:
            for _ in range(3):
                waiting.append(_send(process, client))
                _refused(waiting)
        assert int(wrong.value.response.headers["retry-after"]) >= 1
        running.close()


def _send(process, client):
    """A request that is under way, without waiting for its answer."""
    import threading

    outcome = {}

    def run():
        try:
            client.chat.completions.create(model="smollm2", messages=USER, max_completion_tokens=300)
        except openai.OpenAIError as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(0.7)
    return outcome


def _refused(outcomes):
    for outcome in outcomes:
        if "error" in outcome:
            raise outcome["error"]


def test_errors_say_nothing_of_files_prompts_or_code(client, server):
    bodies = [
        {"model": server.model, "messages": [{"role": "user", "content": SECRET}], "temperature": 9},
        {"model": server.model, "messages": [{"role": "user", "content": SECRET}], "frobnicate": SECRET},
        {"model": server.model, "messages": SECRET},
        {"model": "missing", "messages": [{"role": "user", "content": SECRET}]},
    ]
    for body in bodies:
        answer = httpx.post(server.v1 + "/chat/completions", json=body, timeout=SECONDS)
        assert 400 <= answer.status_code < 500
        assert set(answer.json()) == {"error"} and {"message", "type", "param", "code"} <= set(answer.json()["error"])
        for word in (SECRET, ".swift", ".gguf", "/root", "/home", "Fatal", "0x"):
            assert word not in answer.text
