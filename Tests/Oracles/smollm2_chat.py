"""Makes Tests/InferenceTests/Fixtures/smollm2_chat.json: conversations as SmolLM2's own template and vocabulary
write them, by `jinja2` (as transformers sets it up) and `tokenizers`, both made from the GGUF file alone.

Needs: gguf, jinja2, tokenizers. Run: smollm2_chat.py --model smollm2.gguf --out smollm2_chat.json
"""
import argparse
import json
from importlib.metadata import version

import jinja2.sandbox
from gguf import GGUFReader
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

CONVERSATIONS = [
    [("user", "The capital of France is")],
    [("system", "Be brief."), ("user", "Hello!")],
    [("user", "What is 2 + 2?"), ("assistant", "4."), ("user", "And 12345 * 3?\n\nShow  your work.")],
    [("system", "Tu es un poète."), ("user", "Écris « été » 🌞 en 日本語"), ("assistant", "naïve\n"), ("user", " ")],
]

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--out", required=True)
arguments = parser.parse_args()

fields = GGUFReader(arguments.model).fields
read = lambda key: fields[f"tokenizer.{key}"].contents()
tokens, kinds = read("ggml.tokens"), read("ggml.token_type")
merges = [tuple(merge.split(" ")) for merge in read("ggml.merges")]

tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
# The `smollm` pre-tokenizer of llama.cpp, as SmolLM2's tokenizer.json has it.
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
tokenizer.decoder = decoders.ByteLevel()
control = [token for token, kind in zip(tokens, kinds) if kind == 3]
tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])

environment = jinja2.sandbox.ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
template = environment.from_string(read("chat_template"))
cases = []
for conversation in CONVERSATIONS:
    messages = [{"role": role, "content": content} for role, content in conversation]
    text = template.render(messages=messages, add_generation_prompt=True)
    cases.append({"messages": messages, "text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids})

with open(arguments.out, "w", encoding="utf-8") as file:
    json.dump(
        {
            "provenance": {
                "made_by": "Tests/Oracles/smollm2_chat.py",
                "packages": [f"{name} {version(name)}" for name in ("gguf", "jinja2", "tokenizers")],
            },
            "cases": cases,
        },
        file, ensure_ascii=False, indent=1)
    file.write("\n")
