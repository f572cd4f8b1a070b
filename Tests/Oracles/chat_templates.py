#!/usr/bin/env python3
"""Writes Fixtures/conversations.json: every template of Fixtures/templates × many conversations, as transformers
renders them.

Needs: transformers, jinja2.
`--sweep DIR --out FILE` does the same with the .jinja files found under DIR (for instance those inside the wheels of
`trl` and `axolotl`), for `make oracles`; nothing of those is kept in the repository.
"""

import argparse
import copy
import json
import pathlib

from chat_templates_common import FIXTURES, provenance, render, utils, write


def m(role, content, **more):
    return {"role": role, "content": content, **more}


def call(name, arguments, id="abcdef123"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city, in °C <now>",
            "parameters": {
                "type": "object",
                "properties": {
                    "city": {"type": "string", "description": "The city's name"},
                    "unit": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"},
                    "days": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["city"],
            },
        },
    },
    {
        "type": "function",
        "function": {
            "name": "search",
            "description": "Searches \"everything\"",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": ["string", "null"]},
                    "filter": {"type": "object", "properties": {"year": {"type": "number"}}, "required": []},
                    "mode": {"oneOf": [{"type": "string"}, {"type": "boolean"}], "default": "fast"},
                },
            },
        },
    },
]

CALLED = [
    m("user", "Weather in Zürich?"),
    m("assistant", None, tool_calls=[call("get_weather", {"city": "Zürich", "days": [1, 2]})]),
    m("tool", '{"temp": 21.5}', tool_call_id="abcdef123", name="get_weather"),
]

# name: (messages, tools, add_generation_prompt, variables)
CONVERSATIONS = {
    "single": ([m("user", "Hi")], None, True, {}),
    "single, no prompt": ([m("user", "Hi")], None, False, {}),
    "turns": ([m("user", "a"), m("assistant", "b"), m("user", "c")], None, True, {}),
    "answered": ([m("user", "a"), m("assistant", "b")], None, False, {}),
    "answered, prompt": ([m("user", "a"), m("assistant", "b")], None, True, {}),
    "long": ([m(["user", "assistant"][i % 2], f"turn {i}") for i in range(11)], None, True, {}),
    "system": ([m("system", "Be brief."), m("user", "a"), m("assistant", "b"), m("user", "c")], None, True, {}),
    "system only": ([m("system", "Be brief.")], None, True, {}),
    "system in the middle": ([m("user", "a"), m("system", "now shout"), m("assistant", "B"), m("user", "c")], None, True, {}),
    "developer": ([m("developer", "Be brief."), m("user", "a")], None, True, {}),
    "empty content": ([m("user", ""), m("assistant", ""), m("user", "")], None, True, {}),
    "white space": ([m("system", "  s \n"), m("user", " \n a\t \n"), m("assistant", "\n b \n\n"), m("user", "  ")], None, True, {}),
    "unicode": ([m("user", "Grüße 漢字 😀 \u200b \u2028 é e\u0301"), m("assistant", "ß → SS"), m("user", "ﬁ")], None, True, {}),
    "control text": (
        [m("user", "<|im_end|>\n<|im_start|>system\n[/INST] </s> <|eot_id|> <end_of_turn> {{ 7 * 7 }} {% raw %}"),
         m("assistant", "<|im_start|>[INST]<s>"), m("user", "<</SYS>> <|end|>")], None, True, {}),
    "two users": ([m("user", "a"), m("user", "b")], None, True, {}),
    "assistant first": ([m("assistant", "a"), m("user", "b")], None, True, {}),
    "unknown role": ([m("user", "a"), m("narrator", "b"), m("user", "c")], None, True, {}),
    "tool unasked": ([m("user", "a"), m("tool", "b", tool_call_id="abcdef123")], None, True, {}),
    "tools": ([m("user", "Weather in Zürich?")], TOOLS, True, {}),
    "tools, system": ([m("system", "Be brief."), m("user", "Weather?"), m("assistant", "Where?"), m("user", "Rome")], TOOLS, True, {}),
    "tool call": (CALLED, TOOLS, True, {}),
    "tool call alone": (CALLED[:2], TOOLS, False, {}),
    "tool call answered": (CALLED + [m("assistant", "21.5 °C."), m("user", "Thanks")], TOOLS, True, {}),
    "two tool calls": (
        [m("user", "Weather?"),
         m("assistant", "", tool_calls=[call("get_weather", {"city": "A"}), call("search", {"query": "B \"q\"", "n": 1.0}, "123456789")]),
         m("tool", "1", tool_call_id="abcdef123"), m("tool", "2", tool_call_id="123456789"), m("assistant", "1 and 2")],
        TOOLS, False, {}),
    "tool call with content": ([m("user", "W?"), m("assistant", "Let me see.", tool_calls=[call("search", {})]), m("tool", "r", tool_call_id="abcdef123")], TOOLS[:1], True, {}),
    "tool call, arguments as text": ([m("user", "W?"), m("assistant", None, tool_calls=[call("search", '{"q": 1}')])], TOOLS[1:], True, {}),
    "bad call id": ([m("user", "W?"), m("assistant", None, tool_calls=[call("search", {}, "1")]), m("tool", "r", tool_call_id="1")], TOOLS[:1], True, {}),
    "reasoning": (
        [m("user", "a"), m("assistant", "b", reasoning_content="\nhm\n"), m("user", "c"), m("assistant", "d", reasoning_content="so")],
        None, False, {}),
    "think tags": ([m("user", "a"), m("assistant", "<think>\nhm\n</think>\n\nb"), m("user", "c")], None, True, {}),
    "no thinking": ([m("user", "a")], None, True, {"enable_thinking": False}),
    "thinking": ([m("system", "x /no_think"), m("user", "a")], None, True, {"enable_thinking": True}),
    "parts": ([m("user", [{"type": "text", "text": "What is "}, {"type": "image"}, {"type": "text", "text": " this?"}])], None, True, {}),
    "content none": ([m("user", "a"), m("assistant", None), m("user", "b")], None, True, {}),
    "variables": ([m("user", "a")], TOOLS[:1], True,
                  {"date_string": "1 Jan 2030", "tools_in_user_message": False, "builtin_tools": ["brave", "code_interpreter"],
                   "reasoning_effort": "high", "controls": {"length": "short"}, "custom_tools": TOOLS[1:]}),
    "empty": ([], None, True, {}),
}


def cases_of(name, source):
    for title, (messages, tools, prompt, variables) in CONVERSATIONS.items():
        values = {"bos_token": "<s>", "eos_token": "</s>", "documents": None, **variables}
        chat = utils._alias_reasoning_fields(copy.deepcopy(messages))
        text, error = render(source, messages=chat, tools=tools, add_generation_prompt=prompt, **values)
        yield {"template": name, "conversation": title, **({"expected": text} if error is None else {"error": error})}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweep", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    conversations = {
        title: {"messages": messages, "tools": tools or [], "add_generation_prompt": prompt, "variables": variables}
        for title, (messages, tools, prompt, variables) in CONVERSATIONS.items()
    }
    folder = arguments.sweep or FIXTURES / "templates"
    templates = {str(path.relative_to(folder)).removesuffix(".jinja"): path.read_text(encoding="utf-8")
                 for path in sorted(folder.rglob("*.jinja*"))}
    cases = [case for name, source in templates.items() for case in cases_of(name, source)]
    print(len(templates), "templates,", len(cases), "cases,", sum("error" in case for case in cases), "errors")
    if arguments.sweep:
        arguments.out.write_text(json.dumps([
            {"name": case["template"] + " / " + case["conversation"], "source": templates[case["template"]],
             "context": conversations[case["conversation"]]["variables"], **conversations[case["conversation"]], **case}
            for case in cases], ensure_ascii=False), encoding="utf-8")
    else:
        write("conversations.json", {"provenance": provenance("chat_templates.py"), "conversations": conversations, "cases": cases})


if __name__ == "__main__":
    main()
