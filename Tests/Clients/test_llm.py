"""Simon Willison's `llm`, as its users run it, with the server in extra-openai-models.yaml."""

import json
import os
import subprocess
import sys

import pytest

from conftest import SECONDS


@pytest.fixture(scope="module")
def llm(server, tmp_path_factory):
    home = tmp_path_factory.mktemp("llm")
    (home / "extra-openai-models.yaml").write_text(
        f"- model_id: here\n  model_name: {server.model}\n  api_base: {server.v1}\n  supports_schema: true\n"
        f"  supports_tools: true\n"
        f"- model_id: plain\n  model_name: {server.model}\n  api_base: {server.v1}\n  completion: true\n")

    def run(*arguments, given=None):
        result = subprocess.run(
            [sys.executable, "-m", "llm", *arguments], env={**os.environ, "LLM_USER_PATH": str(home)}, input=given,
            stdin=None if given else subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS)
        assert result.returncode == 0, result.stderr
        return result.stdout

    return run


SHORT = ("-o", "temperature", "0", "-o", "max_tokens", "16")


def test_a_prompt_is_answered_streamed_and_not(llm):
    streamed = llm("-m", "here", "Tell me about rivers.", *SHORT)
    assert streamed.strip() and streamed == llm("-m", "here", "Tell me about rivers.", *SHORT, "--no-stream")


def test_a_system_prompt_and_standard_input_arrive(llm):
    pirate = llm("-m", "here", "-s", "You are a pirate.", *SHORT, given="Tell me about rivers.")
    assert pirate.strip() and pirate != llm("-m", "here", "Tell me about rivers.", *SHORT)


def test_a_seed_is_passed_on(llm):
    ask = lambda seed: llm(  # noqa: E731
        "-m", "here", "Tell me about rivers.", "-o", "seed", seed, "-o", "max_tokens", "16")
    assert ask("3") == ask("3") != ask("4")


def test_a_schema_is_kept_to(llm):
    schema = json.dumps({"type": "object", "required": ["sky"], "additionalProperties": False, "properties": {
        "sky": {"type": "string", "enum": ["clear", "cloudy"]}}})
    assert json.loads(llm("-m", "here", "--schema", schema, "The weather?"))["sky"] in ("clear", "cloudy")


def test_a_conversation_goes_on(llm):
    llm("-m", "here", "Tell me about rivers.", *SHORT)
    assert llm("-c", "And lakes?", *SHORT).strip()


def test_a_completion_model_completes(llm):
    assert llm("-m", "plain", "The capital of France is", *SHORT).startswith(" Paris.")
