// An answer as OpenAI's Responses API gives it: items, and the numbered events that tell of them as they grow.

import ChatTemplates

/// The response so far.
struct ResponsesAnswer: GrowingAnswer {
    typealias Event = (name: String, value: JSONValue)

    private enum Item {
        case message(id: String, text: String, records: [TokenRecord])
        case call(id: String, callID: String, name: String, arguments: String)
    }

    let id = "resp_" + Identifiers.random(32)
    let plan: AnswerPlan
    private let created = OpenAIParts.now
    /// The body that came, to give back what it said.
    private let request: JSONValue
    private var items: [Item] = []
    private var isOpen = false
    private(set) var ends: [AnswerEnd] = []
    private var sequence = 0

    init(plan: AnswerPlan, request: JSONValue) {
        self.plan = plan
        self.request = request
    }

    /// The events before any text.
    mutating func begin() -> [Event] {
        [
            event("response.created", ["response": response]),
            event("response.in_progress", ["response": response]),
        ]
    }

    /// Takes in what comes next; gives the events that say so.
    mutating func take(_ event: AnswerEvent) -> [Event] {
        switch event {
        case .prompt: return []
        case .text(_, let text, let records): return add(text, records)
        case .callStarted(_, _, let id, let name):
            return open(
                .call(id: "fc_" + Identifiers.random(24), callID: "call_" + id, name: name, arguments: ""))
        case .callArguments(_, _, let text):
            guard case .call(let id, let callID, let name, let before)? = items.last else { return [] }
            items[items.count - 1] = .call(id: id, callID: callID, name: name, arguments: before + text)
            return [
                self.event(
                    "response.function_call_arguments.delta",
                    ["item_id": .string(id), "output_index": .int(items.count - 1), "delta": .string(text)])
            ]
        case .finished(_, let end):
            ends.append(end)
            let closed = close()
            let name = isWhole ? "response.completed" : "response.incomplete"
            return closed + [self.event(name, ["response": response])]
        }
    }

    private mutating func add(_ text: String, _ records: [TokenRecord]) -> [Event] {
        var events: [Event] = []
        if !isOpen || !isText {
            if text.isEmpty { return [] }
            let id = "msg_" + Identifiers.random(24)
            events = open(.message(id: id, text: "", records: []))
            events.append(
                event("response.content_part.added", place(id, ["part": part("", [])])))
        }
        guard case .message(let id, let before, let earlier)? = items.last else { return events }
        items[items.count - 1] = .message(id: id, text: before + text, records: earlier + records)
        let change: JSONObject = ["delta": .string(text), "logprobs": logProbabilities(records)]
        return events + [event("response.output_text.delta", place(id, change))]
    }

    private var isText: Bool { if case .message? = items.last { true } else { false } }

    /// Whether the answer ended by itself, and was not cut.
    private var isWhole: Bool {
        switch ends.first?.reason {
        case .end?, .stop?, .toolCalls?: true
        default: false
        }
    }

    private mutating func open(_ item: Item) -> [Event] {
        let closed = close()
        items.append(item)
        isOpen = true
        let json = json(item, status: "in_progress")
        return closed + [
            event("response.output_item.added", ["output_index": .int(items.count - 1), "item": json])
        ]
    }

    /// The events that end the last item.
    private mutating func close() -> [Event] {
        guard isOpen, let item = items.last else { return [] }
        isOpen = false
        let index = items.count - 1
        var events: [Event] = []
        switch item {
        case .message(let id, let text, let records):
            events.append(
                event(
                    "response.output_text.done",
                    place(id, ["text": .string(text), "logprobs": logProbabilities(records)])))
            events.append(event("response.content_part.done", place(id, ["part": part(text, records)])))
        case .call(let id, _, let name, let arguments):
            events.append(
                event(
                    "response.function_call_arguments.done",
                    [
                        "item_id": .string(id), "output_index": .int(index), "name": .string(name),
                        "arguments": .string(arguments),
                    ]))
        }
        let json = json(item, status: status(of: index))
        return events + [event("response.output_item.done", ["output_index": .int(index), "item": json])]
    }

    /// Only the last item can have been cut.
    private func status(of index: Int) -> String {
        index == items.count - 1 && !ends.isEmpty && !isWhole ? "incomplete" : "completed"
    }

    private mutating func event(_ name: String, _ fields: JSONObject) -> Event {
        var object: JSONObject = ["type": .string(name), "sequence_number": .int(sequence)]
        sequence += 1
        for (key, value) in fields.members { object[key] = value }
        return (name, .object(object))
    }

    private func place(_ id: String, _ fields: JSONObject) -> JSONObject {
        var object: JSONObject = [
            "item_id": .string(id), "output_index": .int(items.count - 1), "content_index": 0,
        ]
        for (key, value) in fields.members { object[key] = value }
        return object
    }

    private func part(_ text: String, _ records: [TokenRecord]) -> JSONValue {
        [
            "type": "output_text", "text": .string(text), "annotations": [],
            "logprobs": logProbabilities(records),
        ]
    }

    private func logProbabilities(_ records: [TokenRecord]) -> JSONValue {
        guard plan.options.topLogProbabilities != nil else { return [] }
        return OpenAIParts.logProbabilities(records)["content"] ?? []
    }

    private func json(_ item: Item, status: String) -> JSONValue {
        switch item {
        case .message(let id, let text, let records):
            [
                "id": .string(id), "type": "message", "status": .string(status), "role": "assistant",
                "content": status == "in_progress" ? [] : [part(text, records)],
            ]
        case .call(let id, let callID, let name, let arguments):
            [
                "id": .string(id), "type": "function_call", "status": .string(status),
                "call_id": .string(callID), "name": .string(name), "arguments": .string(arguments),
            ]
        }
    }
}

extension ResponsesAnswer {
    /// The response, as far as it is there.
    var response: JSONValue {
        let end = ends.first
        func given(_ key: String, else value: JSONValue = .null) -> JSONValue {
            let said = request[key]
            return said == nil || said == .null ? value : said ?? value
        }
        var object: JSONObject = [
            "id": .string(id), "object": "response", "created_at": .int(created),
            "status": end == nil ? "in_progress" : isWhole ? "completed" : "incomplete",
            "background": false, "error": nil, "incomplete_details": nil,
        ]
        // Of the reasons that OpenAI knows, the nearest for a full context and a deadline too.
        if end != nil, !isWhole { object["incomplete_details"] = ["reason": "max_output_tokens"] }
        for key in ["instructions", "max_output_tokens"] { object[key] = given(key) }
        object["model"] = given("model")
        object["output"] = .array(items.indices.map { json(items[$0], status: status(of: $0)) })
        object["parallel_tool_calls"] = .bool(plan.offer.isParallel)
        object["previous_response_id"] = .null as JSONValue
        object["reasoning"] = ["effort": nil, "summary": nil]
        object["store"] = false
        let defaults = plan.model.settings.defaults
        object["temperature"] = .double(
            plan.options.temperature ?? defaults.temperature ?? plan.fallbackTemperature)
        object["text"] = given("text", else: ["format": ["type": "text"]])
        object["tool_choice"] = given("tool_choice", else: "auto")
        object["tools"] = given("tools", else: [])
        object["top_p"] = .double(plan.options.topP ?? defaults.topP ?? 1)
        object["truncation"] = "disabled"
        object["usage"] = JSONValue(end) { Self.usage(Usage([$0])) }
        object["user"] = given("user")
        object["metadata"] = given("metadata", else: .object([:]))
        object["sirocco"] = OpenAIParts.extras(plan, ends, id: id)
        return .object(object)
    }

    private static func usage(_ usage: Usage) -> JSONValue {
        [
            "input_tokens": .int(usage.prompt),
            "input_tokens_details": ["cached_tokens": .int(usage.cached), "cache_write_tokens": 0],
            "output_tokens": .int(usage.answer), "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": .int(usage.prompt + usage.answer),
        ]
    }

    static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "id": ["type": "string"], "object": ["const": "response"], "created_at": ["type": "integer"],
            "status": ["enum": ["completed", "incomplete"]],
            "incomplete_details": ["type": ["object", "null"]], "model": ["type": "string"],
            "output": [
                "type": "array",
                "items": [
                    "type": "object",
                    "properties": [
                        "id": ["type": "string"], "type": ["enum": ["message", "function_call"]],
                        "status": ["enum": ["completed", "incomplete"]],
                    ],
                    "required": ["id", "type", "status"],
                ],
            ],
            "usage": [
                "type": "object",
                "properties": [
                    "input_tokens": ["type": "integer"], "output_tokens": ["type": "integer"],
                    "total_tokens": ["type": "integer"],
                ],
                "required": ["input_tokens", "output_tokens", "total_tokens"],
            ],
        ],
        "required": ["id", "object", "created_at", "status", "model", "output", "usage"],
    ]
}
