// Measures what a mask costs per token on real vocabularies: the first time in a state, and again when it is known.
// Knows no model: documents are forced token by token, as a model that agrees with the grammar would write them.

import ChatTemplates
import Foundation
import Grammars
import Sampling
import Tokenizers

struct Workload {
    var name: String
    var grammar: () throws -> Grammar
    var document: String
}

let person = #"""
    {"type": "object", "required": ["name", "age", "tags"], "properties": {
      "name": {"type": "string", "maxLength": 80}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
      "kind": {"enum": ["customer", "supplier", "employee"]}, "born": {"type": "string", "format": "date"},
      "mail": {"type": "string", "format": "email"}, "tags": {"type": "array", "items": {"type": "string"}},
      "address": {"type": "object", "properties": {"street": {"type": "string"}, "zip": {"type": "string",
      "pattern": "^[0-9]{5}$"}}, "required": ["street"], "additionalProperties": false}},
      "additionalProperties": false}
    """#
let personDocument = #"""
    {"name": "Ada Lovelace, Countess of Lovelace", "age": 36, "kind": "customer", "born": "1815-12-10", "mail": "ada@example.org", "tags": ["mathematics", "the first programmer", "poetry and science"], "address": {"street": "12 St James's Square", "zip": "10115"}}
    """#

let workloads = [
    Workload(name: "JSON", grammar: { try .json() }, document: personDocument),
    Workload(name: "schema", grammar: { try .jsonSchema(try .parse(person)) }, document: personDocument),
    Workload(
        name: "regex", grammar: { try .regex(#"(\w+ ){2,200}\w+[.!?]"#) },
        document: "it was a bright cold day in April and the clocks were striking thirteen."),
    Workload(
        name: "GBNF",
        grammar: {
            try .gbnf(
                """
                root ::= expression "\\n"
                expression ::= term (" " [-+*/] " " term)*
                term ::= number | "(" expression ")"
                number ::= [0-9]{1,9}
                """)
        }, document: "(12 + 345) * (6 - (789 / 10)) + 1\n"),
    Workload(
        name: "tool call",
        grammar: {
            try .triggered(
                by: .literal("<tool_call>"),
                then: .sequence([.jsonSchema(try .parse(person)), .literal("</tool_call>")]))
        },
        document:
            "I will look that up for you, one moment please.<tool_call>\(personDocument)</tool_call>Done."),
]

func vocabulary(_ path: String) throws -> Tokenizer {
    let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    guard path.hasSuffix(".vocabulary.txt") else { return try Tokenizer(.sentencePieceModel(bytes)) }
    let lines = bytes.split(separator: 0x0A)
    let tokens = lines[1...(Int(String(decoding: lines[0], as: UTF8.self).prefix { $0 != " " }) ?? 0)]
    return try Tokenizer(
        .gguf(
            model: "gpt2", pre: "smollm", tokens: PieceTable(tokens.map { $0.dropFirst(2) }), scores: nil,
            types: tokens.map { Int32($0.first ?? 0x31) - 0x30 },
            merges: PieceTable(lines[(tokens.count + 1)...]),
            bos: 1, eos: 2, unknown: 0, addBOS: false, addEOS: nil, addSpacePrefix: false))
}

func microseconds(_ body: () throws -> Void) rethrows -> Double {
    let time = try ContinuousClock().measure(body).components
    return Double(time.seconds) * 1e6 + Double(time.attoseconds) / 1e12
}

struct Summary: CustomStringConvertible {
    var samples: [Double]

    func quantile(_ share: Double) -> Double {
        let sorted = samples.sorted()
        return sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
    }

    var description: String {
        [0.5, 0.95, 1].map { String(format: "%.1f", quantile($0)) }.joined(separator: " / ")
    }
}

/// One answer: microseconds of `apply` and of `accept`, for each token and the end.
func run(_ grammar: Grammar, _ vocabulary: TokenVocabulary, _ tokens: [Int32], end: Int32) -> (
    apply: [Double], accept: [Double]
) {
    var mask = GrammarMask(grammar, vocabulary: vocabulary, endTokens: [end])
    var (apply, accept): ([Double], [Double]) = ([], [])
    let fresh = [Float](repeating: 1, count: vocabulary.count)
    for token in tokens + [end] {
        var logits = fresh
        logits[0] = 1
        logits.withUnsafeMutableBufferPointer { buffer in
            var span = buffer.mutableSpan
            apply.append(microseconds { mask.apply(to: &span) })
        }
        precondition(logits[Int(token)] == 1, "token \(token) of the document is not allowed")
        accept.append(microseconds { mask.accept(token) })
    }
    return (apply, accept)
}

let fixtures = "Tests/TokenizersTests/Fixtures/"
let arguments = Array(CommandLine.arguments.dropFirst())
print("microseconds per token: median / 95 % / most")
print("| vocabulary | grammar | compile | states | tokens | mask, new state | mask, known state | accept |")
print("|---|---|---|---|---|---|---|---|")
for path in arguments.isEmpty ? [fixtures + "smollm2.vocabulary.txt", fixtures + "mixtral.model"] : arguments
{
    let tokenizer = try vocabulary(path)
    var tree: TokenVocabulary?
    let building = microseconds {
        tree = TokenVocabulary(count: tokenizer.vocabularySize) { id in
            [.control, .unknown, .unused].contains(tokenizer.kind(id)) ? nil : Array(tokenizer.bytes(of: id))
        }
    }
    guard let tree, let end = tokenizer.eos else { fatalError("no end token") }
    let name = URL(fileURLWithPath: path).lastPathComponent
    for workload in workloads {
        var grammar = try workload.grammar()
        let compiling = Summary(
            samples: try (0..<5).map { _ in try microseconds { grammar = try workload.grammar() } })
        var tokens = tokenizer.encode(workload.document)
        // A document begins without the blank that SentencePiece puts before it.
        if tokenizer.addsDummyPrefix, let first = tokens.first, tokenizer.bytes(of: first).first == 0x20 {
            tokens = tokens.count > 1 ? tokenizer.encode("\n" + workload.document) : tokens
            tokens = Array(tokens.drop { tokenizer.bytes(of: $0).allSatisfy { $0 == 0x20 || $0 == 0x0A } })
        }
        // A shared machine stalls now and then: of five first runs the quickest for each token.
        var cold: [Double] = []
        for _ in 0..<5 {
            grammar = try workload.grammar()
            let times = run(grammar, tree, tokens, end: end).apply
            cold = cold.isEmpty ? times : zip(cold, times).map(min)
        }
        var warm: (apply: [Double], accept: [Double]) = ([], [])
        for _ in 0..<20 {
            let again = run(grammar, tree, tokens, end: end)
            warm.apply += again.apply
            warm.accept += again.accept
        }
        print(
            "| \(name), \(tree.count) | \(workload.name) | \(Int(compiling.quantile(0.5))) | \(grammar.stateCount) "
                + "| \(tokens.count) | \(Summary(samples: cold)) | \(Summary(samples: warm.apply)) "
                + "| \(Summary(samples: warm.accept)) |")
    }
    print(
        "\n\(name): tree of \(tree.count) tokens built in \(Int(building / 1000)) ms, longest \(tree.longest) bytes"
    )
}
