#!/usr/bin/env python3
"""Makes Tests/GrammarsTests/Fixtures: JSON Schemas with valid and invalid documents, judged by `jsonschema`.

Needs: jsonschema and the packages that check its formats. Run:
  grammars_schemas.py --out Tests/GrammarsTests/Fixtures --suite JSON-SCHEMA-TEST-SUITE/tests/draft2020-12
  grammars_schemas.py --check DOCUMENTS
The suite is in jsonschema's sdist, under json/tests. DOCUMENTS is what the Swift tests wrote to the path in
SIROCCO_GRAMMAR_DOCUMENTS: lines of {"schema": …, "text": …}; every text must be JSON and valid.

schemas.json  random schemas of what Sirocco supports; valid documents in the schema's order, and invalid ones made
              from them by small changes. A document's spelling is what the grammar is asked about, so it is text.
suite.json    the public suite's cases, objects put into the schema's order.
"""
import argparse
import json
import random
import sys
from pathlib import Path

from jsonschema import Draft202012Validator as Validator

FORMATS = {
    "date": ["2024-02-29", "1999-12-31", "0001-01-01"],
    "time": ["23:59:59Z", "00:00:00.123+05:30"],
    "date-time": ["2024-02-29T12:00:00Z", "1985-04-12T23:20:50.52-08:00"],
    "duration": ["P1Y2M3DT4H5M6S", "P4W", "PT36H", "P3D"],
    "uuid": ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"],
    "email": ["joe.bloggs@example.com", "a+b@mail.example.org"],
    "hostname": ["www.example.com", "localhost"],
    "ipv4": ["192.168.0.1", "0.0.0.0", "255.255.255.255"],
    "ipv6": ["::1", "2001:db8::8a2e:370:7334", "1:2:3:4:5:6:7:8", "::"],
    "uri": ["https://example.com/a/b?c=d#e", "urn:isbn:0451450523"],
    "json-pointer": ["", "/a~1b/0", "/m~0n"],
}
PATTERNS = {
    "^[a-z]+$": ["abc", "z"],
    "^[A-Z]{2}-[0-9]{3}$": ["AB-123"],
    "b+": ["abc", "bb", "éb\n"],
    "^(foo|bar)": ["foo", "barn"],
    "\\.(png|jpe?g)$": ["a.png", "x y.jpeg"],
    "^\\S+@\\S+$": ["a@b"],
    "^[^\"\\\\]{0,4}$": ["", "abc", "é漢"],
    "^\\w+\\s\\d$": ["ab 1"],
    "^.*$": ["", "a\"b\\c"],
    "^a|b$": ["ab", "axx", "xxb"],
}
WORDS = ["id", "name", "kind", "näme", "a b", "tags", "value", "x\"y", "next", "count", "on"]


class Generator:
    """Random schemas, and documents that mean to be valid by them."""

    def __init__(self, seed):
        self.r = random.Random(seed)

    def schema(self, depth=0):
        r = self.r
        kinds = ["string", "text", "integer", "number", "boolean", "null", "enum", "const", "types", "format", "pattern"]
        if depth < 3:
            kinds += ["object"] * 6 + ["array"] * 3 + ["tuple", "anyOf", "oneOf", "allOf", "any"]
        return getattr(self, "make_" + r.choice(kinds))(depth)

    def root(self):
        schema = self.make_object(0) if self.r.random() < 0.7 else self.schema()
        if self.r.random() < 0.2:
            tree = {"type": "object", "properties": {"label": self.schema(2), "children": {
                "type": "array", "items": {"$ref": "#/$defs/tree"}, "maxItems": 2}}, "required": ["label"]}
            if self.r.random() < 0.5:
                tree["additionalProperties"] = False
            schema = {"$defs": {"tree": tree}, "type": "object", "required": ["tree"],
                      "properties": {"tree": {"$ref": "#/$defs/tree"}, "more": schema}}
        return schema

    def make_string(self, _):
        return {"type": "string"}

    def make_text(self, _):
        schema = {"type": "string"}
        low = self.r.choice([0, 1, 3, 20])
        if self.r.random() < 0.6:
            schema["minLength"] = low
        if self.r.random() < 0.7:
            schema["maxLength"] = low + self.r.choice([0, 1, 5, 200])
        return schema

    def make_format(self, _):
        return {"type": "string", "format": self.r.choice(sorted(FORMATS))}

    def make_pattern(self, _):
        schema = {"type": "string", "pattern": self.r.choice(sorted(PATTERNS))}
        if self.r.random() < 0.3:
            schema["maxLength"] = self.r.choice([6, 12])
        return schema

    def make_integer(self, _):
        schema = {"type": "integer"}
        low = self.r.choice([-1000, -7, 0, 1, 99, 10**12])
        if self.r.random() < 0.6:
            schema[self.r.choice(["minimum", "exclusiveMinimum"])] = low
        if self.r.random() < 0.6:
            schema[self.r.choice(["maximum", "exclusiveMaximum"])] = low + self.r.choice([3, 10, 12345])
        if self.r.random() < 0.2:
            schema["multipleOf"] = self.r.choice([2, 3, 7, 10])
        return schema

    def make_number(self, _):
        schema = {"type": "number"}
        low = self.r.choice([-2.5, 0, 0.125, -1e3, 0.1, 0.001])
        if self.r.random() < 0.6:
            schema[self.r.choice(["minimum", "exclusiveMinimum"])] = low
        if self.r.random() < 0.6:
            schema[self.r.choice(["maximum", "exclusiveMaximum"])] = low + self.r.choice([0.5, 3, 1e6])
        return schema

    def make_boolean(self, _):
        return {"type": "boolean"}

    def make_null(self, _):
        return {"type": "null"}

    def make_any(self, _):
        return self.r.choice([True, {}, {"description": "anything"}])

    def make_enum(self, depth):
        values = [self.r.choice(["a", "b", "é\n", 1, 2.5, True, None, "a\"b", [1, 2], {"k": [None]}, -3, ""])
                  for _ in range(self.r.randint(1, 5))]
        unique = [v for i, v in enumerate(values) if json.dumps(v) not in map(json.dumps, values[:i])]
        return {"enum": unique}

    def make_const(self, _):
        return {"const": self.r.choice(["only", 7, 0.5, None, False, ["x"], {"a": {"b": 1}}])}

    def make_types(self, _):
        return {"type": self.r.sample(["string", "integer", "null", "boolean", "array"], self.r.randint(1, 3))}

    def make_object(self, depth):
        names = self.r.sample(WORDS, self.r.randint(0, 5))
        schema = {"type": "object", "properties": {name: self.schema(depth + 1) for name in names}}
        required = [name for name in names if self.r.random() < 0.5]
        if self.r.random() < 0.1:
            required.append("extra")
        if required:
            schema["required"] = self.r.sample(required, len(required))
        choice = self.r.random()
        if choice < 0.4 and "extra" not in required:
            schema["additionalProperties"] = False
        elif choice < 0.6:
            schema["additionalProperties"] = self.schema(3)
        return schema

    def make_array(self, depth):
        schema = {"type": "array", "items": self.schema(depth + 1)}
        if self.r.random() < 0.5:
            schema["minItems"] = self.r.randint(0, 3)
        if self.r.random() < 0.5:
            schema["maxItems"] = schema.get("minItems", 0) + self.r.randint(0, 3)
        return schema

    def make_tuple(self, depth):
        schema = {"type": "array", "prefixItems": [self.schema(depth + 1) for _ in range(self.r.randint(1, 3))]}
        if self.r.random() < 0.5:
            schema["items"] = self.r.choice([False, self.schema(3)])
        if self.r.random() < 0.5:
            schema["minItems"] = self.r.randint(0, 3)
        if self.r.random() < 0.3:
            schema["maxItems"] = schema.get("minItems", 1) + self.r.randint(0, 2)
        return schema

    def make_anyOf(self, depth):
        return {"anyOf": [self.schema(depth + 1) for _ in range(self.r.randint(1, 3))]}

    def make_oneOf(self, depth):
        if self.r.random() < 0.5:
            return {"oneOf": [{"type": t} for t in self.r.sample(["string", "integer", "null", "array"], 2)]}
        branches = []
        for tag in self.r.sample(["cat", "dog", "cow"], 2):
            properties = {"tag": {"const": tag}, self.r.choice(WORDS): self.schema(depth + 1)}
            branches.append({"properties": properties, "required": ["tag"]})
        return {"type": "object", "oneOf": branches}

    def make_allOf(self, depth):
        if self.r.random() < 0.3:
            return {"allOf": [{"type": "string", "minLength": 1}, {"maxLength": self.r.choice([1, 4])}]}
        return {"allOf": [dict(self.make_object(depth + 1), additionalProperties=True) for _ in range(2)]}

    def document(self, schema, root, depth=0):
        r = self.r
        if isinstance(schema, bool) or schema == {}:
            return r.choice([None, 1, "any", [1, "x"], {"k": True}])
        if "$ref" in schema:
            target = root
            for token in schema["$ref"].split("/")[1:]:
                target = target[token]
            return self.document(target, root, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                branch = r.choice(schema[keyword])
                base = {k: v for k, v in schema.items() if k != keyword}
                return self.document({**base, **(branch if isinstance(branch, dict) else {})}, root, depth)
        if "allOf" in schema:
            merged = {}
            for part in schema["allOf"]:
                for key, value in part.items():
                    if key == "properties":
                        merged[key] = {**merged.get(key, {}), **value}
                    elif key == "required":
                        merged[key] = merged.get(key, []) + value
                    else:
                        merged[key] = value
            return self.document(merged, root, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return r.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else None)
        if kind is None:
            return r.choice([None, 1, "any", [1, "x"], {"k": True}])
        kind = r.choice(kind) if isinstance(kind, list) else kind
        return getattr(self, "document_" + kind)(schema, root, depth)

    def document_null(self, *_):
        return None

    def document_boolean(self, *_):
        return self.r.random() < 0.5

    def document_string(self, schema, *_):
        if "format" in schema:
            return self.r.choice(FORMATS[schema["format"]])
        if "pattern" in schema:
            return self.r.choice(PATTERNS[schema["pattern"]])
        low = schema.get("minLength", 0)
        length = self.r.randint(low, max(low, min(schema.get("maxLength", low + 8), low + 8)))
        return "".join(self.r.choice("abcXYZ 09\"\\/\n\té漢😀") for _ in range(length))

    def document_integer(self, schema, *_):
        low = schema.get("minimum", schema.get("exclusiveMinimum", schema.get("maximum", schema.get("exclusiveMaximum", 0)) - 3))
        step = schema.get("multipleOf", 1)
        value = low + self.r.randint(0, 4)
        return -(-value // step) * step

    def document_number(self, schema, *_):
        low = schema.get("minimum", schema.get("exclusiveMinimum", schema.get("maximum", schema.get("exclusiveMaximum", 0)) - 1))
        return round(low + self.r.choice([0, 0.0625, 0.25, 0.375, 1]), 5)

    def document_array(self, schema, root, depth):
        prefix = schema.get("prefixItems", [])
        low = schema.get("minItems", 0)
        high = min(schema.get("maxItems", low + 3), 0 if depth > 5 else 99)
        count = self.r.randint(low, max(low, min(high, low + 3)))
        items = schema.get("items", True)
        return [self.document(prefix[i] if i < len(prefix) else items, root, depth + 1) for i in range(count)]

    def document_object(self, schema, root, depth):
        result = {}
        required = schema.get("required", [])
        additional = schema.get("additionalProperties", True)
        for name, part in schema.get("properties", {}).items():
            if name in required or (self.r.random() < 0.5 and depth < 6):
                result[name] = self.document(part, root, depth + 1)
        for name in required:
            if name not in result:
                result[name] = self.document(additional, root, depth + 1)
        if additional is not False and self.r.random() < 0.3:
            result["zusätzlich"] = self.document(additional, root, depth + 1)
        return result


def mutations(document, r):
    """Documents that differ from this one by a little."""
    yield r.choice([None, 0, -1, 1.5, "", "zzz", [], {}, True, 10**15, "\"", [[]], {"": None}])
    if isinstance(document, dict):
        for key in document:
            copy = {k: v for k, v in document.items() if k != key}
            yield copy
            for value in mutations(document[key], r):
                yield {k: (value if k == key else v) for k, v in document.items()}
        yield {**document, "unknown": 1}
        yield {**document, "unknown": "x"}
    elif isinstance(document, list):
        yield document[:-1]
        yield document + document[:1]
        yield document + [None]
        for index, item in enumerate(document):
            for value in mutations(item, r):
                yield document[:index] + [value] + document[index + 1:]
    elif isinstance(document, str):
        yield document + "x"
        yield document[:-1]
        yield document * 7
        yield document.upper()
    elif isinstance(document, (int, float)) and not isinstance(document, bool):
        yield from (document + 1, document - 1, -document, document * 10, document + 0.5, document + 10**6)


def is_valid(schema, document):
    return Validator(schema, format_checker=Validator.FORMAT_CHECKER).is_valid(document)


def spellings(document):
    yield json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    yield json.dumps(document, ensure_ascii=False)
    yield json.dumps(document, ensure_ascii=False, indent=2)


def random_cases(count, seed):
    cases = []
    attempt = 0
    while len(cases) < count:
        attempt += 1
        generator = Generator(seed * 100_000 + attempt)
        schema = generator.root()
        Validator.check_schema(schema)
        valid, invalid = {}, {}
        for _ in range(12):
            document = generator.document(schema, schema)
            if not is_valid(schema, document):
                continue
            for text in spellings(document):
                valid[text] = None
            for other in mutations(document, generator.r):
                if len(invalid) < 40 and not is_valid(schema, other):
                    invalid[json.dumps(other, ensure_ascii=False, separators=(",", ":"))] = None
        if valid:
            r = generator.r
            cases.append({
                "schema": schema,
                "valid": r.sample(sorted(valid), min(6, len(valid))),
                "invalid": r.sample(sorted(invalid), min(8, len(invalid))),
            })
    return cases


def in_order(schema, document, root):
    """The document with its objects in the order of the schema's properties."""
    if isinstance(document, list):
        items = schema.get("items", {}) if isinstance(schema, dict) else {}
        prefix = schema.get("prefixItems", []) if isinstance(schema, dict) else []
        return [in_order(prefix[i] if i < len(prefix) else items, v, root) for i, v in enumerate(document)]
    if not isinstance(document, dict):
        return document
    names, parts = [], {}

    def collect(schema, depth=0):
        if not isinstance(schema, dict) or depth > 5:
            return
        for name, part in schema.get("properties", {}).items():
            names.append(name)
            parts.setdefault(name, part)
        for keyword in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(keyword, []):
                collect(part, depth + 1)
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            target = root
            try:
                for token in reference.split("/")[1:]:
                    target = target[token.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                return
            collect(target, depth + 1)

    collect(schema)
    names += schema.get("required", []) if isinstance(schema, dict) else []
    keys = sorted(document, key=lambda key: names.index(key) if key in names else len(names))
    return {key: in_order(parts.get(key, {}), document[key], root) for key in keys}


def suite_cases(folder):
    files = sorted(folder.glob("*.json"))
    files += [folder / "optional" / "format" / f"{name}.json" for name in sorted(FORMATS)]
    cases = []
    for path in files:
        for group in json.loads(path.read_text()):
            tests = [
                {"name": test["description"], "valid": test["valid"],
                 "text": json.dumps(in_order(group["schema"], test["data"], group["schema"]), ensure_ascii=False)}
                for test in group["tests"]
            ]
            tests = [test for test in tests if "\\ud8" not in json.dumps(test["text"]).replace("\\ud83d\\ude", "")]
            cases.append({"name": f"{path.stem}: {group['description']}", "schema": group["schema"], "tests": tests})
    return cases


def check(path):
    schemas, documents, failures = set(), 0, 0
    for line in filter(None, path.read_text().split("\n")):
        record = json.loads(line)
        schemas.add(json.dumps(record["schema"]))
        documents += 1
        try:
            document = json.loads(record["text"])
            error = next(Validator(record["schema"], format_checker=Validator.FORMAT_CHECKER).iter_errors(document), None)
        except ValueError as problem:
            error = problem
        if error is not None:
            failures += 1
            if failures <= 20:
                print(f"INVALID {record['text'][:200]!r}\n  by {json.dumps(record['schema'])[:300]}\n  {str(error)[:200]}")
    print(f"{documents} documents of {len(schemas)} schemas, {failures} invalid")
    sys.exit(1 if failures or not documents else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--suite", type=Path)
    parser.add_argument("--check", type=Path)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    missing = set(FORMATS) - set(Validator.FORMAT_CHECKER.checkers)
    if missing:
        sys.exit(f"grammars_schemas: no checker for {sorted(missing)}: install Tests/Oracles/requirements.txt")
    if arguments.check:
        check(arguments.check)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write = lambda name, cases: (arguments.out / name).write_text(
        "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
    write("schemas.json", random_cases(arguments.count, arguments.seed))
    if arguments.suite:
        write("suite.json", suite_cases(arguments.suite))


if __name__ == "__main__":
    main()
