"""A tiny model of random weights: whatever it is asked for, it babbles. A mask must make valid documents of that.

    noise.py OUT.gguf [SEED]

Its vocabulary has all bytes, and pieces of JSON that cross the borders of its grammar: where masks go wrong.
"""

import sys
from pathlib import Path

WIDTH, LAYERS, INNER, HEADS = 64, 1, 128, 2
# Longer than one character, and crossing from one part of a document into the next.
PIECES = [
    '{"', '":', '": ', '","', '", "', '"}', '"]', '"}]', '}}', ']]', '},', '],', '},{', '[{"', '["', '[[', "[]", "{}",
    '""', "true", "false", "null", "tr", "ue", "nul", "fal", "se", ", ", ": ", "\n", "\n  ", "  ", "    ", "\\n", '\\"', "\\u",
    "\\u00", "00", "0.", "1.5", "e+", "-1", "-0", "10", "12", "99", "a", "b", "ab", "abc", "the", " the", "é", "日本", "😀",
    "name", "age", "city", "id", "red", "green", "blue", "2026-", "-01", "T12:", "@", "x1", "é\"", "日\",", "tru\"",
]


def make(path, seed=1):
    import gguf
    import numpy

    random = numpy.random.default_rng(seed)
    pieces = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL] + [gguf.TokenType.BYTE] * 256
    printable = [chr(code) for code in range(33, 127)] + ["▁"]
    words = list(dict.fromkeys(printable + [piece.replace(" ", "▁") for piece in PIECES]))
    pieces += words
    kinds += [gguf.TokenType.NORMAL] * len(words)

    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name(f"Noise {seed}")
    writer.add_context_length(2048)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(pieces))
    writer.add_file_type(0)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([piece.encode() for piece in pieces])
    writer.add_token_scores([-float(len(pieces) - index) if index > 258 else 0.0 for index in range(len(pieces))])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template("{% for message in messages %}{{ message.content }}{% endfor %}")

    def add(name, *shape, spread=None):
        values = random.standard_normal(shape) * (shape[-1] ** -0.5 if spread is None else spread)
        writer.add_tensor(name + ".weight", values.astype(numpy.float32))

    def ones(name):
        writer.add_tensor(name + ".weight", numpy.ones(WIDTH, numpy.float32))

    add("token_embd", len(pieces), WIDTH, spread=1.0)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        ones(block + "attn_norm")
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(block + part, WIDTH, WIDTH)
        ones(block + "ffn_norm")
        add(block + "ffn_gate", INNER, WIDTH)
        add(block + "ffn_up", INNER, WIDTH)
        add(block + "ffn_down", WIDTH, INNER)
    ones("output_norm")
    # Twice the usual: some tokens are much liked, so that a mask has to hold against a model that is sure.
    add("output", len(pieces), WIDTH, spread=2 * WIDTH**-0.5)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
