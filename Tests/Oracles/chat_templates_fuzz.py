#!/usr/bin/env python3
"""Random templates from a grammar, with what transformers' jinja2 makes of them.

Writes Fixtures/fuzz.json (a sample), or with `--count N --seed S --out FILE` any number for a longer run.
Needs: transformers, jinja2.
"""

import argparse
import json
import pathlib
import random
import re
import warnings

from chat_templates_common import provenance, render, write

CONTEXT = {
    "s": "Hello World", "e": "", "u": "éß 漢😀", "w": " a\n b ", "n": 3, "z": 0, "g": -2, "f": 1.5, "t": True, "o": None,
    "l": [3, 1, 2], "k": ["b", "A", "c"], "d": {"a": 1, "b": [1, {"c": "x"}]}, "m": [{"r": "u", "c": "hi"}, {"r": "a", "c": ""}],
}
NAMES = list(CONTEXT) + ["nope"]
TEXTS = ["''", "'a'", "'Hello'", "\"it's\"", "' x '", "'\\n'", "'a,b,c'", "'<|x|>'", "'é'"]
FILTERS = [
    "upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "list", "join", "join(',')", "join('-')",
    "tojson", "tojson(indent=2)", "string", "int", "float", "abs", "round", "round(1)", "reverse", "sort", "unique|list",
    "default('D')", "default('D', true)", "replace('l', 'L')", "replace('a', 'bb', 1)", "indent", "indent(2, true)", "escape",
    "safe", "sum", "min", "max", "map('upper')|list", "map('string')|join", "select|list", "reject('odd')|list",
    "select('string')|list", "map(attribute='c')|list", "selectattr('c')|list", "rejectattr('r', 'eq', 'u')|list", "items|list",
    "dictsort", "batch(2)|list", "slice(2)|list", "wordcount", "center(9)", "truncate(5)", "count", "sort(reverse=true)",
    "groupby('r')", "attr('x')", "format(1)",
]
TESTS = [
    "defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "true",
    "false", "odd", "even", "divisibleby(2)", "eq(1)", "in([1, 'a'])", "lower", "upper", "callable", "lt(2)",
]
METHODS = [
    ".upper()", ".lower()", ".strip()", ".lstrip()", ".rstrip('x')", ".title()", ".split()", ".split(',')", ".split('l', 1)",
    ".startswith('H')", ".endswith('c')", ".replace('a', 'b')", ".find('l')", ".count('l')", ".join(['a', 'b'])", ".items()|list",
    ".keys()|list", ".values()|list", ".get('a')", ".get('q', 'd')", ".splitlines()", ".capitalize()", ".isdigit()", ".format(1)",
    ".a", ".b", ".c", ".r", ".index(1)", ".append(1)", ".partition(',')", ".zfill(4)", ".rsplit(',', 1)", ".swapcase()",
]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "~", "~", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or"]
SUBSCRIPTS = ["[0]", "[-1]", "[1:]", "[:2]", "[::-1]", "['a']", "['c']", "[5]", "[1:2]", "['b'][1]"]


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.names = list(NAMES)

    def atom(self):
        kind = self.r.random()
        if kind < 0.5:
            return self.r.choice(self.names)
        if kind < 0.7:
            return self.r.choice(TEXTS)
        if kind < 0.9:
            return self.r.choice(["0", "1", "2", "-1", "2.5", "10", "true", "false", "none", "1e3"])
        return self.r.choice(["[]", "{}", "[1, 'a']", "(1, 2)", "{'a': 1}", "range(3)", "()"])

    def expression(self, depth):
        if depth <= 0:
            return self.atom()
        kind, inner = self.r.random(), lambda: self.expression(depth - 1)
        if kind < 0.2:
            return f"{inner()} {self.r.choice(BINARY)} {inner()}"
        if kind < 0.4:
            return f"{inner()}|{self.r.choice(FILTERS)}"
        if kind < 0.5:
            return f"{inner()} is {self.r.choice(['', 'not '])}{self.r.choice(TESTS)}"
        if kind < 0.62:
            return f"{self.atom()}{self.r.choice(METHODS)}"
        if kind < 0.72:
            return f"{self.atom()}{self.r.choice(SUBSCRIPTS)}"
        if kind < 0.78:
            return f"({inner()})"
        if kind < 0.83:
            return f"{inner()} if {inner()}" + self.r.choice(["", f" else {inner()}"])
        if kind < 0.87:
            return f"[{inner()}, {inner()}]"
        if kind < 0.9:
            return "{" + f"{self.r.choice(TEXTS)}: {inner()}" + "}"
        if kind < 0.93:
            return self.r.choice(["not ", "-", "+"]) + inner()
        return self.atom()

    def sign(self):
        return self.r.choice(["", "", "", "-", "-", "+"])

    def tag(self, text):
        return "{%" + self.sign() + " " + text + " " + self.sign() + "%}"

    def text(self):
        return self.r.choice(["", "", " ", "\n", "\n\n", "x", " y ", "z\n", "\n  ", "<|t|>", "\t", "{# c #}", "{#- c -#}\n", "}", "{"])

    def statement(self, depth):
        if depth <= 0 or self.r.random() < 0.45:
            closing = self.r.choice(["", "", "-"])
            return "{{" + self.r.choice(["", "", "-"]) + " " + self.expression(self.r.randint(0, 2)) + " " + closing + "}}"
        kind, body = self.r.random(), lambda: self.body(depth - 1)
        e = lambda: self.expression(self.r.randint(0, 1))
        if kind < 0.25:
            middle = self.r.choice(["", self.tag("else") + body(), self.tag(f"elif {e()}") + body()])
            return self.tag(f"if {e()}") + body() + middle + self.tag("endif")
        if kind < 0.5:
            name, extra = self.r.choice(["i", "s", "v"]), self.r.choice(["", "", f" if {e()}"])
            self.names += [name, "loop.index", "loop.last", "loop.previtem"]
            inside = body() + self.r.choice(["", "", self.tag("if loop.index == 2") + self.tag("break") + self.tag("endif")])
            self.names = self.names[:-4]
            return self.tag(f"for {name} in {e()}{extra}") + inside + self.r.choice(["", self.tag("else") + body()]) + self.tag("endfor")
        if kind < 0.65:
            name = self.r.choice(["v", "s", "q"])
            self.names.append(name)
            return self.tag(f"set {name} = {e()}")
        if kind < 0.72:
            return self.tag("set q") + body() + self.tag("endset") + "{{ q }}"
        if kind < 0.8:
            return self.tag("macro f(p, p2='d')") + body() + "{{ p }}" + self.tag("endmacro") + "{{ f(" + e() + ") }}"
        if kind < 0.86:
            return self.tag("set ns = namespace(x=1)") + self.tag("for i in l") + self.tag("set ns.x = ns.x ~ i") + self.tag("endfor") + "{{ ns.x }}"
        if kind < 0.91:
            return self.tag(f"filter {self.r.choice(['upper', 'trim', 'indent', 'length'])}") + body() + self.tag("endfilter")
        if kind < 0.95:
            return self.tag(f"with v = {e()}") + body() + "{{ v }}" + self.tag("endwith")
        return self.tag("generation") + body() + self.tag("endgeneration")

    def body(self, depth):
        return "".join(self.text() + self.statement(depth) for _ in range(self.r.randint(1, 2))) + self.text()


def cases(seed, count):
    warnings.simplefilter("ignore", SyntaxWarning)
    made = 0
    while made < count:
        seed += 1
        # Slicing a literal that cannot be sliced is undefined where jinja2 folds constants and an error elsewhere.
        source = Maker(seed).body(random.Random(seed).randint(0, 3))
        if re.search(r"([\d}]|true|false|none)\[[-\d]*:", source):
            continue
        text, error = render(source, bos_token="<s>", eos_token="</s>", documents=None, messages=[], tools=None,
                             add_generation_prompt=True, **CONTEXT)
        if text is not None and re.search(r" at 0x|<built-in|<Macro|<class|<function|Namespace", text):
            continue  # shows an address; ours is an error
        made += 1
        yield {"source": source, **({"expected": text} if error is None else {"error": error.split(":")[0]})}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    result = list(cases(arguments.seed, arguments.count))
    print(len(result), "cases,", sum("error" in case for case in result), "errors")
    if arguments.out:
        arguments.out.write_text(json.dumps([{**case, "context": CONTEXT} for case in result], ensure_ascii=False), encoding="utf-8")
    else:
        write("fuzz.json", {"provenance": provenance("chat_templates_fuzz.py"), "context": CONTEXT, "cases": result})


if __name__ == "__main__":
    main()
