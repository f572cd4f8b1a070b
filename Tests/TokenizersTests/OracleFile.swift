// Reads what Tests/Oracles/tokenizers_sweep.py and tokenizers_vocabularies.py wrote.

import Foundation
import Tokenizers

/// A vocabulary and strings with the ids that its reference tokenizer gives them.
struct OracleFile {
    /// How a string is to be encoded.
    enum Mode: String {
        case text = "t"
        /// Not UTF-8.
        case bytes = "b"
        /// Control tokens in the text are recognised.
        case control = "c"
    }

    struct Case {
        var mode: Mode
        var bytes: [UInt8]
        var ids: [TokenID]
    }

    enum Failure: Error { case line(String) }

    let specification: TokenizerSpecification
    let cases: [Case]

    init(_ url: URL) throws {
        let lines = String(decoding: try Data(contentsOf: url), as: UTF8.self).split(separator: "\n")
        guard let header = lines.first?.split(separator: " "), header.count > 2 else {
            throw Failure.line(url.path)
        }
        let vocabulary = header[1].drop { $0 != "=" }.dropFirst()
        let format = header[2].drop { $0 != "=" }.dropFirst()
        specification = try Self.specification(
            url.deletingLastPathComponent().appending(component: String(vocabulary)), format: String(format))
        cases = try lines.dropFirst().map { line in
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard parts.count == 3, let mode = Mode(rawValue: String(parts[0])),
                let bytes = Data(base64Encoded: String(parts[1]))
            else { throw Failure.line(String(line)) }
            return Case(
                mode: mode, bytes: Array(bytes),
                ids: parts[2].split(separator: " ").compactMap { TokenID($0) })
        }
    }

    static func specification(_ url: URL, format: String) throws -> TokenizerSpecification {
        let bytes = Array(try Data(contentsOf: url))
        switch format {
        case "sentencepiece": return try .sentencePieceModel(bytes)
        case "huggingface": return try .huggingFace(tokenizerJSON: bytes)
        case "tekken": return try .tekken(bytes)
        case "gguf": return try SmolLM2.specification(bytes)
        default: throw Failure.line(format)
        }
    }
}

/// SmolLM2's vocabulary as its GGUF has it: a line with the counts of tokens and merges, then these.
enum SmolLM2 {
    static func specification(_ bytes: [UInt8]) throws -> TokenizerSpecification {
        let lines = bytes.split(separator: 0x0A)
        let counts = String(decoding: lines[0], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
        let tokens = lines[1...counts[0]]
        return try .gguf(
            model: "gpt2", pre: "smollm", tokens: PieceTable(tokens.map { $0.dropFirst(2) }), scores: nil,
            types: tokens.map { Int32($0.first!) - 0x30 },
            merges: PieceTable(lines[(counts[0] + 1)...]),
            bos: 1, eos: 2, unknown: 0, addBOS: false, addEOS: nil, addSpacePrefix: false)
    }
}

/// The files beside the tests.
enum Fixtures {
    static func url(_ name: String) -> URL {
        Bundle.module.bundleURL.appending(components: "Fixtures", name)
    }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

    static let oracleFiles = names(in: url("")).filter { $0.hasSuffix(".tsv") }

    static func names(in folder: URL) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
    }

    /// The Mixtral tokenizer, `tokenizer.model` version 1.
    static let mixtral = Result { try Tokenizer(.sentencePieceModel(bytes("mixtral.model"))) }
    static let smolLM2 = Result { try Tokenizer(SmolLM2.specification(bytes("smollm2.vocabulary.txt"))) }
}

/// A small seeded generator (SplitMix64), so that a failing test can be run again.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
