#!/usr/bin/env python3
"""Writes Fixtures/tool_calls.json: calls as the formats' own programs write them, and prompts with tools in them.

`written`: an assistant's calls as mistral-common encodes them for its tokenizers v3 to v13, and as transformers renders
them with the templates that know tools: those of Fixtures/templates and those that mistral-common generates.
`prompts`: whole conversations with tools, as transformers renders them from arguments that are objects.
`templates`: the generated ones, as mistral-common (Apache-2.0) makes them.

Needs: mistral-common, transformers, jinja2. `--templates DIR` adds nothing to the fixture: it writes the calls of the
.jinja files under DIR (such as llama.cpp's models/templates) to `--out`, for a sweep over real templates.
"""

import argparse
import copy
import importlib.metadata
import json
import os.path
import pathlib
import re

from chat_templates_common import FIXTURES, provenance, render, write
from mistral_common.integrations.chat_templates.template_generator import TemplateConfig, build_chat_template
from mistral_common.protocol.instruct.messages import AssistantMessage
from mistral_common.protocol.instruct.tool_calls import FunctionCall, ToolCall
from mistral_common.tokens.tokenizers.base import SpecialTokenPolicy, SpecialTokens, TokenizerVersion
from mistral_common.tokens.tokenizers.instruct import InstructTokenizerV11, InstructTokenizerV13
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from mistral_common.tokens.tokenizers.tekken import Tekkenizer

TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather", "description": "The weather of a city, in °C <now>",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "The city's name"},
            "days": {"type": "array", "items": {"type": "integer"}}}, "required": ["city"]}}},
    {"type": "function", "function": {
        "name": "search-2", "description": "Searches \"everything\"",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}}},
    {"type": "function", "function": {
        "name": "now", "description": "", "parameters": {"type": "object", "properties": {}}}},
]

# Each: (name, arguments, id).
CALLS = [
    [("get_weather", {"city": "Zürich", "days": [1, 2]}, "abcdef123")],
    [("now", {}, "000000000")],
    [("search-2", {"query": "a \"q\" \\ \n\t </tool_call> [TOOL_CALLS] 漢 😀 \u2028"}, "ABCDEFGHI")],
    [("search-2", {"query": "{\"name\": \"now\", \"arguments\": {}}", "n": -1.5e-07, "deep": [[{"a": [None, True]}]]}, "a1b2c3d4e")],
    [("get_weather", {"city": "A"}, "abcdef123"), ("search-2", {"query": "]"}, "123456789"), ("now", {}, "zzzzzzzzz")],
]


def messages_of(calls, arguments=lambda value: value):
    return {"role": "assistant", "content": "", "tool_calls": [
        {"id": id, "type": "function", "function": {"name": name, "arguments": arguments(value)}} for name, value, id in calls]}


def record(calls):
    return [{"name": name, "arguments": json.dumps(value, ensure_ascii=False), "id": id} for name, value, id in calls]


# mistral-common ------------------------------------------------------------------------------------------------------

def tekken(version):
    """Mistral publishes the tokenizers of v11 and v13 with their models only. Their vocabulary plays no part in how
    calls are laid out, so that of v3 stands in, with the special tokens of today."""
    model = json.loads((pathlib.Path(importlib.import_module("mistral_common").__file__).parent / "data/tekken_240911.json").read_text())
    special = [{"rank": rank, "token_str": token.value, "is_control": True} for rank, token in enumerate(SpecialTokens)]
    count = model["config"]["default_num_special_tokens"]
    special += [{"rank": rank, "token_str": f"<SPECIAL_{rank}>", "is_control": True} for rank in range(len(special), count)]
    return Tekkenizer(model["vocab"], special, model["config"]["pattern"], model["config"]["default_vocab_size"], count, version)


def mistral_instruct_tokenizers():
    yield "v3", MistralTokenizer.v3(is_tekken=False).instruct_tokenizer
    yield "v3-tekken", MistralTokenizer.v3(is_tekken=True).instruct_tokenizer
    yield "v7", MistralTokenizer.v7().instruct_tokenizer
    yield "v11", InstructTokenizerV11(tekken(TokenizerVersion.v11))
    yield "v13", InstructTokenizerV13(tekken(TokenizerVersion.v13))


def plain(text):
    """SentencePiece's decoder with special tokens kept shows pieces, not their text."""
    def bytes_of(match):
        return bytes.fromhex(match[0].replace("<0x", "").replace(">", "")).decode()

    return re.sub(r"(<0x[0-9A-F]{2}>)+", bytes_of, text.replace("▁", " "))


def mistral_written():
    for name, tokenizer in mistral_instruct_tokenizers():
        for calls in CALLS:
            message = AssistantMessage(content=None, tool_calls=[
                ToolCall(id=id, function=FunctionCall(name=tool, arguments=json.dumps(value, ensure_ascii=False)))
                for tool, value, id in calls])
            tokens = tokenizer.encode_assistant_message(message, is_before_last_user_message=False)
            assert tokens[-1] == tokenizer.tokenizer.eos_id
            text = plain(tokenizer.decode(tokens[:-1], special_token_policy=SpecialTokenPolicy.KEEP))
            format = "mistral-v11" if name in ("v11", "v13") else "mistral-v3"
            yield {"by": f"mistral-common {name}", "format": format, "calls": record(calls), "text": text}


def mistral_templates():
    for version, is_spm in [("v3", True), ("v3", False), ("v7", True), ("v7", False), ("v11", False), ("v13", False)]:
        config = TemplateConfig(version=TokenizerVersion(version), spm=is_spm)
        yield f"mistral-common-{version}-{'spm' if is_spm else 'tekken'}", build_chat_template(config)


# The format in which a template writes calls; the others write them in ways that are not among ours.
FORMATS = {
    "hermes-tools": "hermes", "qwen-2.5": "hermes", "qwen-3": "hermes", "llama-3.1-tools": "llama-3",
    "mistral-v3-tools": "mistral-v3", "mistral-v3-tekken": "mistral-v3", "mistral-common-v3-spm": "mistral-v3",
    "mistral-common-v3-tekken": "mistral-v3", "mistral-common-v7-spm": "mistral-v3", "mistral-common-v7-tekken": "mistral-v3",
    "mistral-common-v11-tekken": "mistral-v11", "mistral-common-v13-tekken": "mistral-v11",
}


# transformers --------------------------------------------------------------------------------------------------------

QUESTION = {"role": "user", "content": "Weather in Zürich?"}
VARIABLES = {"bos_token": "<s>", "eos_token": "</s>", "documents": None}


def chat(source, messages, prompt=False):
    return render(source, messages=copy.deepcopy(messages), tools=copy.deepcopy(TOOLS), add_generation_prompt=prompt, **VARIABLES)


def template_written(name, source):
    """What stands in the assistant's turn, without what ends it: found by rendering two different turns."""
    opened, error = chat(source, [QUESTION], prompt=True)
    if error or "get_weather" not in opened:
        return
    for calls in CALLS:
        text, error = chat(source, [QUESTION, messages_of(calls)])
        if error:
            continue
        common = os.path.commonprefix([text, opened])
        if common != opened:  # QwQ's prompt opens a thought, which begins with the same sign as a call
            common = common[:common.rfind("\n") + 1]
        text = text[len(common):]
        for end in ("\n", "</s>", "<|im_end|>", "<|eot_id|>", "<|eom_id|>"):
            text = text.removesuffix(end)
        yield {"by": name, "format": FORMATS.get(name), "calls": record(calls), "text": text}



CONVERSATIONS = {
    "asked": [QUESTION],
    "called": [QUESTION, messages_of(CALLS[0]), {"role": "tool", "tool_call_id": "abcdef123", "name": "get_weather", "content": "21.5 °C"}],
    "answered": [QUESTION, messages_of(CALLS[0]), {"role": "tool", "tool_call_id": "abcdef123", "name": "get_weather", "content": "{\"t\": 21}"},
                 {"role": "assistant", "content": "Warm."}, {"role": "user", "content": "Thanks."}],
    "several": [QUESTION, messages_of(CALLS[4]),
                {"role": "tool", "tool_call_id": "abcdef123", "name": "get_weather", "content": "1"},
                {"role": "tool", "tool_call_id": "123456789", "name": "search-2", "content": "2"},
                {"role": "tool", "tool_call_id": "zzzzzzzzz", "name": "now", "content": "3"}],
    "system": [{"role": "system", "content": "Be brief."}, QUESTION, messages_of(CALLS[1]),
               {"role": "tool", "tool_call_id": "000000000", "name": "now", "content": "noon"}],
}


def one_call_each(messages):
    """For templates that take one call at a time: call, result, call, result."""
    split = []
    for message in messages:
        if len(message.get("tool_calls", [])) > 1:
            results = {m["tool_call_id"]: m for m in messages if m["role"] == "tool"}
            for one in message["tool_calls"]:
                split += [{**message, "tool_calls": [one]}, results[one["id"]]]
        elif message["role"] != "tool" or message not in split:
            split.append(message)
    return split


def prompts(name, source):
    for title, messages in CONVERSATIONS.items():
        text, error = chat(source, messages, prompt=True)
        if error:
            text, error = chat(source, one_call_each(messages), prompt=True)
        yield {"template": name, "conversation": title, **({"expected": text} if error is None else {"error": error})}


def openai(messages):
    """The same conversation as OpenAI's clients send it: arguments as text, content null beside calls."""
    sent = copy.deepcopy(messages)
    for message in sent:
        for one in message.get("tool_calls", []):
            one["function"]["arguments"] = json.dumps(one["function"]["arguments"], ensure_ascii=False)
            message["content"] = None
        if message["role"] == "tool":
            del message["name"]
    return sent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--templates", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.templates:
        templates = {path.stem: path.read_text(encoding="utf-8") for path in sorted(arguments.templates.rglob("*.jinja"))}
        written = [case for name, source in templates.items() for case in template_written(name, source)]
        asked = [case for name, source in templates.items() for case in prompts(name, source)]
        arguments.out.write_text(json.dumps({
            "templates": templates, "tools": TOOLS, "written": written, "prompts": asked,
            "conversations": {title: openai(messages) for title, messages in CONVERSATIONS.items()}}, ensure_ascii=False))
        print(len(templates), "templates,", len({case["by"] for case in written}), "write calls")
        return
    generated = dict(mistral_templates())
    templates = {path.stem: path.read_text(encoding="utf-8") for path in sorted((FIXTURES / "templates").glob("*.jinja"))} | generated
    written = list(mistral_written())
    asked = []
    for name in FORMATS:
        written += template_written(name, templates[name])
        asked += prompts(name, templates[name])
    print(len(written), "written,", len(asked), "prompts,", sum("error" in case for case in asked), "errors")
    write("tool_calls.json", {
        "provenance": provenance("tool_calls.py") | {"mistral_common": importlib.metadata.version("mistral_common")},
        "tools": TOOLS, "formats": FORMATS, "templates": generated, "written": written, "prompts": asked,
        "conversations": {title: openai(messages) for title, messages in CONVERSATIONS.items()},
    })


if __name__ == "__main__":
    main()
