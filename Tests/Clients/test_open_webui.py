"""What Open WebUI and its kin ask for: lists with and without a key, the versions, streams; and what browsers may do."""

import pytest

from conftest import KEY

TELL = [{"role": "user", "content": "Tell me about rivers."}]


def test_the_list_of_models_comes_without_a_key_and_with_any(server):
    for key in (None, "", "sk-anything"):
        status, _, body = server.ask("/v1/models", key=key)
        assert status == 200 and server.model in [model["id"] for model in body["data"]]


def test_a_server_with_keys_lists_nothing_without_one(keyed):
    assert [keyed.ask("/v1/models", key=key)[0] for key in (None, "", "sk-wrong", KEY)] == [401, 401, 401, 200]
    assert [keyed.ask("/api/tags", key=key)[0] for key in (None, KEY)] == [401, 200]
    assert keyed.ask("/health")[0] == 200, "what watches the server has no key"


def test_ollamas_version_and_tags_answer(server):
    assert server.ask("/api/version")[2]["version"]
    status, _, tags = server.ask("/api/tags")
    assert status == 200 and {"name", "model", "size", "digest", "modified_at", "details"} <= set(tags["models"][0])


def test_a_streamed_chat_is_server_sent_events_as_browsers_read_them(server):
    body = {"model": server.model, "messages": TELL, "stream": True, "max_tokens": 8,
            "stream_options": {"include_usage": True}}
    status, headers, text = server.ask("/v1/chat/completions", body)
    assert status == 200 and headers["Content-Type"].startswith("text/event-stream")
    assert "no-cache" in headers["Cache-Control"]
    assert text.endswith("data: [DONE]\n\n") and all(part.startswith("data: ") for part in text.split("\n\n")[:-1])


def test_a_streamed_ollama_chat_is_a_json_object_a_line(server):
    body = {"model": server.model, "messages": TELL, "stream": True, "options": {"num_predict": 4}}
    status, headers, text = server.ask("/api/chat", body)
    assert status == 200 and headers["Content-Type"].startswith("application/x-ndjson") and text.count("\n") > 2


def test_fields_of_a_user_interface_are_refused_by_name_and_not_ignored(server):
    for field in ("chat_id", "session_id", "features", "background_tasks"):
        body = {"model": server.model, "messages": TELL, field: "x", "max_tokens": 1}
        status, _, answer = server.ask("/v1/chat/completions", body)
        assert status == 400 and field in answer["error"]["message"]


def test_a_browser_of_another_site_gets_no_leave(server):
    origin = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    for method in ("OPTIONS", "GET"):
        _, headers, _ = server.ask("/v1/models", method=method, headers=origin)
        assert headers["Access-Control-Allow-Origin"] is None


def test_a_browser_of_a_site_in_the_configuration_does(serve, settings):
    from conftest import Served

    with serve(settings(origins=["https://friend.example"])) as process:
        friend = Served(process.base_url, "smollm2", "mistral-tiny")
        headers = {"Origin": "https://friend.example", "Access-Control-Request-Method": "POST",
                   "Access-Control-Request-Headers": "content-type,authorization"}
        status, found, _ = friend.ask("/v1/chat/completions", method="OPTIONS", headers=headers)
        assert status in (200, 204) and found["Access-Control-Allow-Origin"] == "https://friend.example"
        assert "authorization" in found["Access-Control-Allow-Headers"].lower()
        headers["Origin"] = "https://elsewhere.example"
        _, found, _ = friend.ask("/v1/chat/completions", method="OPTIONS", headers=headers)
        assert found["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("path, wanted", [("/health", 200), ("/ready", 200), ("/metrics", 200), ("/openapi.json", 200)])
def test_what_watches_the_server_finds_it_well(server, path, wanted):
    assert server.ask(path)[0] == wanted


def test_tokens_go_there_and_back(server):
    tokens = server.ask("/tokenize", {"model": server.model, "content": "The capital of France is"})[2]["tokens"]
    assert tokens == [504, 3575, 282, 4649, 314]
    assert server.ask("/detokenize", {"model": server.model, "tokens": tokens})[2]["content"] == "The capital of France is"


def test_the_template_is_applied_for_those_who_want_the_prompt(server):
    prompt = server.ask("/apply-template", {"model": server.model, "messages": TELL})[2]["prompt"]
    assert "Tell me about rivers." in prompt and prompt.endswith("<|im_start|>assistant\n")
