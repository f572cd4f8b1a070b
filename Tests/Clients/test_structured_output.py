"""Random schemas × random weights: every document that ends is valid, or the answer says `length`.

The model is noise (noise.py): nothing but the mask keeps its documents valid. `jsonschema` judges.
"""

import concurrent.futures
import json
import os
import random
import re

import jsonschema
import pytest

from conftest import Served

CASES = int(os.environ.get("SIROCCO_SCHEMAS", 200))
MODELS = ("noise-1", "noise-2")
TOKENS = 300
NAMES = ["name", "age", "city", "id", 'a"b', "é", "日本", "a b", "x", "", "$ref", "line\nbreak"]


class Schemas:
    """Schemas of the keywords in use, with a seeded generator of their own. Most have small documents."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.definitions = {}

    def document(self):
        schema = self.schema(0)
        if self.definitions:
            schema = {**schema, "$defs": self.definitions}
        return schema

    def schema(self, depth):
        kinds = [self.string, self.integer, self.number, self.enum, self.const, self.boolean, self.null, self.types]
        if depth < 3:
            kinds += [self.object, self.object, self.object, self.array, self.array, self.any_of, self.reference]
        return self.random.choice(kinds)(depth + 1)

    def maybe(self, chance=0.5):
        return self.random.random() < chance

    def string(self, _):
        schema = {"type": "string", "maxLength": self.random.randint(0, 6)}
        if self.maybe(0.3):
            schema["minLength"] = self.random.randint(0, schema["maxLength"])
        elif self.maybe(0.3):
            schema = {"type": "string", "pattern": self.random.choice([
                "^[a-z]{1,4}$", "^(red|green|blue)$", "^[0-9]{3}-[0-9]{2}$", "^é?日{1,2}$", "^[^a-z\"]{2}$", "^a.?b$",
                r"^\d+\.\d{2}$", r"^[\w-]{1,3}$"])}
        elif self.maybe(0.3):
            schema = {"type": "string", "format": self.random.choice(["date", "time", "date-time", "uuid", "ipv4"])}
        return schema

    def integer(self, _):
        schema = {"type": "integer"}
        low = self.random.randint(-1000, 1000)
        if self.maybe(0.8):
            schema[self.random.choice(["minimum", "exclusiveMinimum"])] = low
        if self.maybe(0.8):
            schema[self.random.choice(["maximum", "exclusiveMaximum"])] = low + self.random.randint(2, 2000)
        if self.maybe(0.2):
            schema["multipleOf"] = self.random.choice([2, 5, 10])
            schema.pop("exclusiveMinimum", None)
            schema.pop("exclusiveMaximum", None)
            if "minimum" in schema and "maximum" in schema:
                schema["maximum"] = schema["minimum"] + 50
        return schema

    def number(self, _):
        schema = {"type": "number"}
        if self.maybe():
            low = self.random.randint(-20, 20) / 4
            schema |= {"minimum": low, "maximum": low + self.random.randint(1, 40) / 4}
        return schema

    def enum(self, _):
        values = ["red", "green", 1, -2.5, True, None, "", 'a"b', "é", [1, "x"], {"a": 1}, 10, "10"]
        return {"enum": self.random.sample(values, self.random.randint(1, 5))}

    def const(self, _):
        return {"const": self.random.choice(["fixed", 7, None, False, ["a", 1], {"k": "v"}])}

    def boolean(self, _):
        return {"type": "boolean"}

    def null(self, _):
        return {"type": "null"}

    def types(self, _):
        return {"type": self.random.sample(["boolean", "null", "integer"], 2)}

    def object(self, depth):
        names = self.random.sample(NAMES, self.random.randint(0, 4))
        schema = {"type": "object", "properties": {name: self.schema(depth) for name in names}}
        if self.maybe(0.8):
            schema["required"] = [name for name in names if self.maybe(0.7)]
        if self.maybe(0.8):
            schema["additionalProperties"] = False
        elif self.maybe():
            schema["additionalProperties"] = self.boolean(depth)
        return schema

    def array(self, depth):
        schema = {"type": "array", "items": self.schema(depth), "maxItems": self.random.randint(0, 4)}
        if self.maybe(0.4):
            schema["minItems"] = self.random.randint(0, schema["maxItems"])
        if self.maybe(0.2):
            schema["prefixItems"] = [self.schema(depth) for _ in range(self.random.randint(1, 2))]
        return schema

    def any_of(self, depth):
        return {"anyOf": [self.schema(depth) for _ in range(self.random.randint(1, 3))]}

    def reference(self, depth):
        name = f"part{len(self.definitions)}"
        self.definitions[name] = {"type": "null"}  # known while what it holds is made
        self.definitions[name] = self.schema(depth)
        return {"$ref": f"#/$defs/{name}"}


@pytest.fixture(scope="module")
def noise(serve, tmp_path_factory):
    import noise

    models = {}
    for number, name in enumerate(MODELS, 1):
        path = tmp_path_factory.mktemp("noise") / f"{name}.gguf"
        noise.make(path, number)
        models[name] = {"model": str(path), "context": 1024, "sequences": 8, "pinned": True}
    with serve({"models": models}, "--no-pack") as process:
        yield Served(process.base_url, MODELS[0], "", process)


def ask(noise, schema, seed, **more):
    return noise.ask("/v1/chat/completions", {
        "model": MODELS[seed % len(MODELS)], "messages": [{"role": "user", "content": f"{seed}"}], "seed": seed,
        "temperature": (0, 0.7, 1, 2)[seed % 4], "max_tokens": TOKENS, "response_format": {
            "type": "json_schema", "json_schema": {"name": "random", "schema": schema}}, **more})


def keywords(schema):
    """All keys at any depth: what a refusal may name."""
    if isinstance(schema, dict):
        return set(schema) | set().union(*map(keywords, schema.values()), set())
    if isinstance(schema, list):
        return set().union(*map(keywords, schema), set())
    return set()


def judge(noise, seed):
    """What became of one schema: valid, length, refused or what is wrong."""
    schema = Schemas(seed).document()
    jsonschema.Draft202012Validator.check_schema(schema)
    status, _, answer = ask(noise, schema, seed)
    if status == 400:
        named = any(word in answer["error"]["message"] for word in keywords(schema))
        return "refused" if named else f"seed {seed}: a refusal that names no keyword: {answer}"
    if status != 200:
        return f"seed {seed}: status {status}: {answer}"
    choice = answer["choices"][0]
    if choice["finish_reason"] == "length":
        return "length"
    text = choice["message"]["content"]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    try:
        jsonschema.Draft202012Validator(schema, format_checker=checker).validate(json.loads(text))
    except (ValueError, jsonschema.ValidationError) as error:
        return f"seed {seed}: {json.dumps(schema)}: {text!r}: {str(error).splitlines()[0]}"
    return "valid"


@pytest.mark.timeout(600)
def test_every_document_that_ends_is_valid(noise, record_property):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda seed: judge(noise, seed), range(CASES)))
    wrong = [outcome for outcome in outcomes if outcome not in ("valid", "length", "refused")]
    counts = {kind: outcomes.count(kind) for kind in ("valid", "length", "refused")}
    record_property("outcomes", json.dumps(counts))
    print(counts)
    assert not wrong, "\n".join(wrong[:5])
    # Else the check would say nothing.
    assert counts["valid"] > CASES / 2 and counts["refused"] < CASES / 5, counts


@pytest.mark.parametrize("seed", range(4))
def test_the_same_seed_gives_the_same_document(noise, seed):
    schema = Schemas(3).document()
    assert ask(noise, schema, seed)[2]["choices"][0]["message"] == ask(noise, schema, seed)[2]["choices"][0]["message"]


@pytest.mark.parametrize("seed", range(8))
def test_a_json_object_is_one(noise, seed):
    status, _, answer = ask(noise, None, seed, response_format={"type": "json_object"})
    assert status == 200
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "length" or isinstance(json.loads(choice["message"]["content"]), dict)


@pytest.mark.parametrize("seed", range(8))
def test_arguments_of_a_tool_fit_its_parameters(noise, seed):
    parameters = {"type": "object", "additionalProperties": False, "required": ["size", "on"], "properties": {
        "size": {"type": "integer", "minimum": 1, "maximum": 9}, "on": {"type": "boolean"},
        "name": {"type": "string", "maxLength": 3}}}
    tool = {"type": "function", "function": {"name": "set", "parameters": parameters}}
    status, _, answer = ask(noise, None, seed, response_format=None, tools=[tool], tool_choice="required",
                            parallel_tool_calls=False)
    assert status == 200, answer
    choice = answer["choices"][0]
    if choice["finish_reason"] != "length":
        jsonschema.validate(json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]), parameters)


# To add a keyword that is not supported: one row.
@pytest.mark.parametrize("keyword, schema", [
    ("not", {"not": {"type": "string"}}), ("if", {"if": {"type": "string"}, "then": {"maxLength": 3}}),
    ("uniqueItems", {"type": "array", "uniqueItems": True}),
    ("contains", {"type": "array", "contains": {"const": 1}}),
    ("patternProperties", {"type": "object", "patternProperties": {"^a": {"type": "string"}}}),
    ("propertyNames", {"type": "object", "propertyNames": {"maxLength": 3}}),
    ("minProperties", {"type": "object", "minProperties": 2}),
    ("dependentRequired", {"type": "object", "dependentRequired": {"a": ["b"]}}),
    ("unevaluatedProperties", {"type": "object", "unevaluatedProperties": {"type": "null"}}),
    ("$dynamicRef", {"$dynamicRef": "#a"}), ("frobnicate", {"type": "string", "frobnicate": 3}),
    ("frob", {"type": "string", "format": "frob"}),
])
def test_a_keyword_that_is_not_supported_is_named_or_honoured(noise, keyword, schema):
    """Never ignored: either a 400 that names it, or documents that hold to it."""
    for seed in range(3):
        status, _, answer = ask(noise, schema, seed)
        if status == 400:
            assert keyword in answer["error"]["message"]
            return
        assert status == 200, answer
        assert keyword not in ("frobnicate", "frob"), "it was ignored"
        choice = answer["choices"][0]
        if choice["finish_reason"] != "length":
            jsonschema.Draft202012Validator(schema).validate(json.loads(choice["message"]["content"]))


@pytest.mark.parametrize("field, value, judge_", [
    ("regex", "(red|green)-[0-9]{2}", lambda text: re.fullmatch("(red|green)-[0-9]{2}", text)),
    ("grammar", 'root ::= "a" | "b" root', lambda text: re.fullmatch("b*a", text)),
])
@pytest.mark.parametrize("seed", range(3))
def test_a_regular_expression_and_a_grammar_hold_too(noise, field, value, judge_, seed):
    status, _, answer = ask(noise, None, seed, response_format=None, **{field: value})
    assert status == 200, answer
    choice = answer["choices"][0]
    assert choice["finish_reason"] == "length" or judge_(choice["message"]["content"])
