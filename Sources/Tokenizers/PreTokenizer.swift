// The list of pre-tokenizers: their names in GGUF, their regexes in tokenizer.json, the rules they consist of.
// How the rules are matched is in WordScanner.swift.
//
// Characters' classes are those of the Unicode version in `tokenizers`' regex engine (UnicodeClasses.swift), for
// every vocabulary. tiktoken, which mistral-common uses, has newer tables: characters assigned since are letters
// to it and symbols here. They have no pieces, so tokens differ only where a space or letter stands beside them.
//
// To add a pre-tokenizer: one case here with its pattern and rules, a row in `ggufNames`, and its pattern in
// Tests/Oracles/tokenizers_vocabularies.py, whose fixtures the conformance suite runs over.

/// How a byte-level vocabulary cuts text into words before merging.
public enum PreTokenizer: String, Sendable, CaseIterable {
    case gpt2
    /// GPT-2 behind a split that isolates every digit.
    ///
    /// `tokenizers` asks Rust's Unicode tables which characters are digits, and its regex engine's older ones for
    /// all else; here it is the latter for both. They differ by 13 numbers new in Unicode 17.
    case smollm
    case llama3
    case qwen2
    /// Qwen 3.5: marks count as letters.
    case qwen35
    /// GPT-4o and gpt-oss.
    case o200k
    /// Mistral's.
    case tekken
}

extension PreTokenizer {
    /// The values of `tokenizer.ggml.pre`. `keepsWholeWords` is llama.cpp's `ignore_merges`, which GGUF does
    /// not store.
    static let ggufNames: [(preTokenizer: PreTokenizer, keepsWholeWords: Bool, names: [String])] = [
        (.gpt2, false, ["gpt2", "gpt-2", "phi-2", "mpt", "olmo", "jais"]),
        (.smollm, false, ["smollm", "starcoder", "refact", "command-r", "codeshell"]),
        (.llama3, true, ["llama3", "llama-v3", "llama-bpe", "falcon3", "pixtral"]),
        (.qwen2, false, ["qwen2", "stablelm2", "deepseek-r1-qwen", "megrez"]),
        (.qwen35, false, ["qwen35"]),
        (.o200k, false, ["gpt-4o", "llama4"]),
        (.tekken, true, ["tekken"]),
    ]

    /// The regex as model files spell it. `smollm` has GPT-2's, behind a step of its own.
    var pattern: String {
        switch self {
        case .gpt2, .smollm:
            #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        case .llama3:
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|"#
                + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        case .qwen2:
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|"#
                + #" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        case .qwen35:
            #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|"#
                + #" ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        case .o200k:
            #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
                + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
                + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
                + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}|"#
                + #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        case .tekken:
            #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"#
                + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|"#
                + #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        }
    }

    /// What the pattern comes down to.
    var rules: Rules {
        switch self {
        case .gpt2: .gpt2(isolatesDigits: false)
        case .smollm: .gpt2(isolatesDigits: true)
        case .llama3: .modern(.init(words: .letters, contractions: .first, digits: 3))
        case .qwen2: .modern(.init(words: .letters, contractions: .first, digits: 1))
        case .qwen35: .modern(.init(words: .lettersAndMarks, contractions: .first, digits: 1))
        case .o200k: .modern(.init(words: .cased, contractions: .suffix, digits: 3, slashEndsSymbols: true))
        case .tekken: .modern(.init(words: .cased, contractions: .none, digits: 1, slashEndsSymbols: true))
        }
    }

    /// The two families of patterns.
    enum Rules: Sendable {
        case gpt2(isolatesDigits: Bool)
        case modern(Modern)
    }

    /// What varies between the patterns that descend from cl100k's.
    struct Modern: Sendable {
        enum Words {
            /// `\p{L}+`
            case letters
            /// `[\p{L}\p{M}]+`
            case lettersAndMarks
            /// Capitals then small letters: a word ends before the next capital.
            case cased
        }
        /// Where `(?i:'s|'t|'re|'ve|'m|'ll|'d)` stands: before all else, behind a word, nowhere.
        enum Contractions { case first, suffix, none }

        var words: Words
        var contractions: Contractions
        /// At most so many digits make a number.
        var digits: Int
        /// `[\r\n/]*` behind symbols rather than `[\r\n]*`.
        var slashEndsSymbols = false
    }
}
