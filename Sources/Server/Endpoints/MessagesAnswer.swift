// An answer as Anthropic's API gives it: blocks of text and tool use, and the events that tell of them as they grow.

import ChatTemplates

/// The message so far.
struct MessagesAnswer: GrowingAnswer {
    typealias Event = (name: String, value: JSONValue)

    private enum Block {
        case text(String)
        case use(id: String, name: String, arguments: String)
    }

    let id: String
    let model: String
    let plan: AnswerPlan
    private var blocks: [Block] = []
    private(set) var ends: [AnswerEnd] = []

    init(id: String, model: String, plan: AnswerPlan) {
        self.id = id
        self.model = model
        self.plan = plan
    }

    /// Takes in what comes next; gives the events that say so.
    mutating func take(_ event: AnswerEvent) -> [Event] {
        switch event {
        case .prompt: return []
        case .text(_, let text, _):
            if text.isEmpty { return [] }
            var events: [Event] = []
            if case .text(let before)? = blocks.last {
                blocks[blocks.count - 1] = .text(before + text)
            } else {
                events = open(.text(text), ["type": "text", "text": ""])
            }
            return events + [delta(["type": "text_delta", "text": .string(text)])]
        case .callStarted(_, _, let id, let name):
            let id = "toolu_" + id
            return open(
                .use(id: id, name: name, arguments: ""),
                ["type": "tool_use", "id": .string(id), "name": .string(name), "input": .object([:])])
        case .callArguments(_, _, let text):
            if case .use(let id, let name, let before)? = blocks.last {
                blocks[blocks.count - 1] = .use(id: id, name: name, arguments: before + text)
            }
            return [delta(["type": "input_json_delta", "partial_json": .string(text)])]
        case .finished(_, let end):
            ends.append(end)
            let message = message
            let change: JSONValue = [
                "type": "message_delta",
                "delta": [
                    "stop_reason": message["stop_reason"] ?? .null,
                    "stop_sequence": message["stop_sequence"] ?? .null,
                ],
                "usage": message["usage"] ?? .null,
            ]
            return close() + [("message_delta", change), ("message_stop", ["type": "message_stop"])]
        }
    }

    private mutating func open(_ block: Block, _ json: JSONValue) -> [Event] {
        let closed = close()
        blocks.append(block)
        return closed + [
            (
                "content_block_start",
                ["type": "content_block_start", "index": .int(blocks.count - 1), "content_block": json]
            )
        ]
    }

    private func close() -> [Event] {
        guard !blocks.isEmpty else { return [] }
        return [("content_block_stop", ["type": "content_block_stop", "index": .int(blocks.count - 1)])]
    }

    private func delta(_ json: JSONValue) -> Event {
        (
            "content_block_delta",
            ["type": "content_block_delta", "index": .int(blocks.count - 1), "delta": json]
        )
    }

    /// The message, as far as it is there.
    var message: JSONValue {
        let end = ends.first
        var object: JSONObject = [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
            "content": .array(blocks.map(Self.json)),
        ]
        object["stop_reason"] = JSONValue(end) { Self.reason($0.reason) }
        object["stop_sequence"] =
            if case .stop(let text)? = end?.reason { .string(text) } else { .null as JSONValue }
        object["usage"] = [
            "input_tokens": .int(plan.prompt.count), "output_tokens": .int(end?.tokens.count ?? 0),
        ]
        object["sirocco"] = OpenAIParts.extras(plan, ends, id: id)
        return .object(object)
    }

    private static func json(_ block: Block) -> JSONValue {
        switch block {
        case .text(let text): return ["type": "text", "text": .string(text)]
        case .use(let id, let name, let arguments):
            return [
                "type": "tool_use", "id": .string(id), "name": .string(name), "input": .arguments(arguments),
            ]
        }
    }

    private static func reason(_ reason: EndReason) -> JSONValue {
        switch reason {
        case .end: "end_turn"
        case .stop: "stop_sequence"
        case .toolCalls: "tool_use"
        case .contextFull: "model_context_window_exceeded"
        // There is no word for a deadline; the `sirocco` object tells it apart.
        case .length, .deadline, .cancelled: "max_tokens"
        }
    }

    static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "id": ["type": "string"], "type": ["const": "message"], "role": ["const": "assistant"],
            "model": ["type": "string"],
            "content": [
                "type": "array",
                "items": [
                    "type": "object", "properties": ["type": ["enum": ["text", "tool_use"]]],
                    "required": ["type"],
                ],
            ],
            "stop_reason": [
                "enum": [
                    "end_turn", "max_tokens", "stop_sequence", "tool_use", "model_context_window_exceeded",
                ]
            ],
            "stop_sequence": ["type": ["string", "null"]],
            "usage": [
                "type": "object",
                "properties": ["input_tokens": ["type": "integer"], "output_tokens": ["type": "integer"]],
                "required": ["input_tokens", "output_tokens"],
            ],
        ],
        "required": ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"],
    ]
}
