// GET /v1/traces/{id}: the experts that the router chose for an answer.

import ChatTemplates
import Hummingbird
import HTTPTypes
import Inference
import Models
import NIOCore
import Tokenizers

enum ShowTrace {
    static let endpoint = Endpoint(
        method: .get, path: "/v1/traces/{id}", dialect: .openAI,
        summary: "The experts that the router chose for an answer", answer: schema
    ) { call in
        let id = call.context.parameters.get("id") ?? ""
        guard let trace = call.service.traces.trace(id, owner: call.context.key?.name) else {
            throw APIError(
                .notFound, .notFound, code: "trace_not_found",
                "there is no trace '\(id.prefix(100))': ask for one with sirocco: {\"trace\": true}; the oldest give way"
            )
        }
        // Written in pieces: as one value a long answer's trace would take a hundred times its memory.
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(asyncSequence: TraceText(trace)))
    }

    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "id": ["type": "string"], "object": ["const": "trace"], "model": ["type": "string"],
            "layers": ["type": "integer"], "experts": ["type": "integer"],
            "experts_per_token": ["type": "integer"],
            "choices": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "index": ["type": "integer"],
                        "summary": ["type": "array", "items": ["type": "object"]],
                        "tokens": ["type": "array", "items": ["type": "object"]],
                    ],
                    "required": ["index", "summary", "tokens"],
                ],
            ],
        ],
        "required": ["id", "object", "model", "layers", "experts", "experts_per_token", "choices"],
    ]
}

/// A trace as JSON, piece by piece.
private struct TraceText: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private enum Piece: Sendable {
        case text(String)
        case tokens(choice: Int, Range<Int>)
    }

    /// Tokens of one piece: some 64 KiB of text with Mixtral's shape.
    private static let pieceTokens = 64

    private let trace: RoutedAnswer
    private var pieces: [Piece] = []

    init(_ trace: RoutedAnswer) {
        self.trace = trace
        pieces.append(.text(Self.beginning(trace.head)))
        for (index, choice) in trace.choices.enumerated() {
            let head: JSONObject = [
                "index": .int(index), "summary": .array(choice.summary.map(\.json)), "tokens": [],
            ]
            pieces.append(.text((index > 0 ? "," : "") + Self.beginning(head)))
            for start in stride(from: 0, to: choice.tokens.count, by: Self.pieceTokens) {
                let end = Swift.min(start + Self.pieceTokens, choice.tokens.count)
                pieces.append(.tokens(choice: index, start..<end))
            }
            pieces.append(.text("]}"))
        }
        pieces.append(.text("]}"))
    }

    /// An object up to where its last member, an empty list, is to be filled.
    private static func beginning(_ object: JSONObject) -> String {
        String(JSONValue.object(object).compactText.dropLast(2))
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let text: TraceText
        fileprivate var next = 0

        mutating func next() async -> ByteBuffer? {
            guard next < text.pieces.count else { return nil }
            defer { next += 1 }
            switch text.pieces[next] {
            case .text(let text): return ByteBuffer(string: text)
            case .tokens(let choice, let range):
                let tokens = range.map { text.trace.json(text.trace.choices[choice], $0).compactText }
                return ByteBuffer(string: (range.lowerBound > 0 ? "," : "") + tokens.joined(separator: ","))
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(text: self) }
}

extension RoutedAnswer {
    fileprivate var head: JSONObject {
        [
            "id": .string(id), "object": "trace", "model": .string(model), "layers": .int(layers),
            "experts": .int(expertCount), "experts_per_token": .int(expertsPerToken), "choices": [],
        ]
    }

    fileprivate func json(_ choice: Choice, _ token: Int) -> JSONValue {
        let perToken = layers * expertsPerToken
        let chosen = choice.experts[token * perToken..<(token + 1) * perToken]
        func layered(_ value: (ExpertChoice) -> JSONValue) -> JSONValue {
            .array(
                (0..<layers).map { layer in
                    let start = chosen.startIndex + layer * expertsPerToken
                    return .array(chosen[start..<start + expertsPerToken].map(value))
                })
        }
        return [
            "token": .int(Int(choice.tokens[token])),
            "text": .string(String(decoding: tokenizer.bytes(of: choice.tokens[token]), as: UTF8.self)),
            "position": .int(Int(choice.positions[token])),
            "experts": layered { .int(Int($0.expert)) },
            // By way of its shortest text: a float's digits as a double's would be twice as long and say no more.
            "weights": layered { .double(Double("\($0.weight)") ?? 0) },
        ]
    }
}

extension LayerRouting {
    fileprivate var json: JSONValue {
        [
            "layer": .int(layer), "load": .array(load.map { .double($0) }), "entropy": .double(entropy),
            "first_repeat": JSONValue(firstRepeat) { .double($0) },
            "any_repeat": JSONValue(anyRepeat) { .double($0) },
        ]
    }
}
