#!/usr/bin/env python3
"""Makes the small vocabularies in Tests/TokenizersTests/Fixtures.

Needs: pip install tokenizers gguf mistral-common; a folder of texts; SmolLM2-135M-Instruct as GGUF.

The vocabularies of GPT-2, Llama 3, Qwen and the like are trained here on the texts, with those models' own
pre-tokenizers and added tokens: what is tested is the rules, and those do not depend on the training.
`mixtral.model` and `tekken.json` come from the mistral-common package (Apache-2.0), the latter cut to its
first pieces; `smollm2.vocabulary.txt` is the vocabulary within the GGUF (Apache-2.0) as text.

    python3 Tests/Oracles/tokenizers_vocabularies.py --corpus TEXTS --smollm2 SmolLM2.gguf \\
        --out Tests/TokenizersTests/Fixtures
"""

import argparse
import json
import pathlib
import random
import shutil

import gguf
import mistral_common
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

# As in the models' own tokenizer.json.
PATTERNS = {
    "llama3": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen2": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "qwen35": r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "o200k": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    "tekken": r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
}
TEKKEN_PIECES = 3000
VOCABULARY = 4000


def passages(corpus):
    chooser = random.Random(1)
    texts = [p.read_text(errors="replace") for p in sorted(pathlib.Path(corpus).rglob("*")) if p.is_file()]
    for _ in range(6000):
        text = chooser.choice(texts)
        start = chooser.randrange(len(text))
        yield text[start : start + 400]


def byte_level(name, corpus):
    # qwen35 and tekken keep whole words (ignore_merges), so that both rules meet that option.
    tokenizer = Tokenizer(models.BPE(ignore_merges=name in ("llama3", "qwen35", "tekken")))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=name in ("gpt2", "smollm"))
    if name == "gpt2":
        tokenizer.pre_tokenizer = byte_level
    elif name == "smollm":
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    else:
        split = pre_tokenizers.Split(Regex(PATTERNS[name]), "isolated")
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, byte_level])
    if name.startswith("qwen"):
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(passages(corpus), trainer)
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<s>"])
    tokenizer.add_tokens([AddedToken("<tool_call>", normalized=False), AddedToken("     ", normalized=False)])
    if name == "llama3":
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))])
    return tokenizer


def characters(corpus, metaspace):
    """BPE over characters with byte fallback, as in Llama 2's and Mixtral's tokenizer.json."""
    special = ["<unk>", "<s>", "</s>"]
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    trained.train_from_iterator(passages(corpus), trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special + [f"<0x{b:02X}>" for b in range(256)],
        limit_alphabet=200, show_progress=False))
    state = json.loads(trained.to_str())["model"]
    tokenizer = Tokenizer(models.BPE(
        vocab=state["vocab"], merges=[tuple(m) for m in state["merges"]], unk_token="<unk>", fuse_unk=True,
        byte_fallback=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.add_special_tokens(special)
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--smollm2", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    arguments = parser.parse_args()

    for name in ["gpt2", "smollm", *PATTERNS]:
        byte_level(name, arguments.corpus).save(str(arguments.out / f"{name}.tokenizer.json"), pretty=False)
    characters(arguments.corpus, False).save(str(arguments.out / "llama2.tokenizer.json"), pretty=False)
    characters(arguments.corpus, True).save(str(arguments.out / "metaspace.tokenizer.json"), pretty=False)

    data = pathlib.Path(mistral_common.__file__).parent / "data"
    shutil.copy(data / "tokenizer.model.v1", arguments.out / "mixtral.model")
    tekken = json.loads((data / "tekken_240911.json").read_text())
    tekken["vocab"] = tekken["vocab"][:TEKKEN_PIECES]
    tekken["config"]["default_vocab_size"] = TEKKEN_PIECES + tekken["config"]["default_num_special_tokens"]
    (arguments.out / "tekken.json").write_text(json.dumps(tekken, ensure_ascii=False))

    fields = gguf.GGUFReader(arguments.smollm2).fields
    tokens, types, merges = (
        fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "token_type", "merges"))
    lines = [f"{len(tokens)} {len(merges)}", *(f"{kind} {token}" for kind, token in zip(types, tokens)), *merges]
    (arguments.out / "smollm2.vocabulary.txt").write_text("\n".join(lines) + "\n")


main()
