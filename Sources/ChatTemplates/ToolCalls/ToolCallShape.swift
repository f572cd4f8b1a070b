// Owns what calls look like as a tree, from which a grammar can be built that a model cannot leave.
// Refuses to know grammars and tokens' numbers.

/// The shape of the calls that an answer may hold.
package indirect enum ToolCallShape: Sendable, Equatable {
    /// These characters.
    case text(String)
    /// The control token of this text.
    case control(String)
    /// So many characters of a-z, A-Z, 0-9.
    case alphanumerics(count: Int)
    /// A JSON document that follows this schema.
    case json(schema: JSONValue)
    case sequence([ToolCallShape])
    case choice([ToolCallShape])
    /// One or more, with `separator` between two.
    case repeated(ToolCallShape, separator: ToolCallShape)
}

/// What turns a free answer into one that is held to a shape: for `tool_choice` auto.
package struct ToolCallTrigger: Sendable, Equatable {
    /// The text or control token that begins calls.
    package let marker: ToolCallShape
    /// Whether it counts only as the first thing of the answer.
    package let isAtStartOnly: Bool
    /// What must follow the marker.
    package let rest: ToolCallShape
}

extension ToolCallFormat {
    /// The whole answer of a model that must call.
    /// - Parameters:
    ///   - tools: those that may be called, at least one.
    ///   - parallel: whether several calls may stand in one answer.
    ///   - isControl: whether the tokenizer has a control token of this text.
    package func shape(
        for tools: [ToolDefinition], parallel: Bool, isControl: (String) -> Bool
    ) -> ToolCallShape {
        let rest = afterOpening(tools, parallel, isControl)
        return opensBare ? rest : .sequence([marker(opening, isControl), rest])
    }

    /// What begins calls in a free answer, and the shape from there on.
    package func triggers(
        for tools: [ToolDefinition], parallel: Bool, isControl: (String) -> Bool
    ) -> [ToolCallTrigger] {
        let rest = afterOpening(tools, parallel, isControl)
        let marked = ToolCallTrigger(marker: marker(opening, isControl), isAtStartOnly: false, rest: rest)
        guard opensBare else { return [marked] }
        // The first characters of a bare call are trigger and shape at once, so the shape goes on behind them.
        let head = Self.head
        return [
            marked,
            ToolCallTrigger(
                marker: .text(head), isAtStartOnly: true,
                rest: calls(tools, parallel, isControl, withoutHead: true)),
        ]
    }

    private static let head = "{\"name\": \""

    private func marker(_ text: String, _ isControl: (String) -> Bool) -> ToolCallShape {
        isControl(text) ? .control(text) : .text(text)
    }

    private func afterOpening(
        _ tools: [ToolDefinition], _ parallel: Bool, _ isControl: (String) -> Bool
    ) -> ToolCallShape {
        guard grouping == .list else { return calls(tools, parallel, isControl) }
        let call = call(tools, isControl)
        // SentencePiece models begin the list with a blank, Tekken's do not.
        return .sequence([
            .choice([.text("["), .text(" [")]),
            parallel ? .repeated(call, separator: .text(", ")) : call, .text("]"),
        ])
    }

    /// One or several calls, each with its markers but for the first one's opening.
    private func calls(
        _ tools: [ToolDefinition], _ parallel: Bool, _ isControl: (String) -> Bool, withoutHead: Bool = false
    ) -> ToolCallShape {
        func closed(_ call: ToolCallShape) -> ToolCallShape {
            guard let closing else { return call }
            return .sequence([.text(padding), call, .text(padding), marker(closing, isControl)])
        }
        let first = closed(call(tools, isControl, withoutHead: withoutHead))
        guard parallel, case .separate(let text) = grouping else { return first }
        var parts: [ToolCallShape] = text.isEmpty ? [] : [.text(text)]
        if !opensBare { parts.append(marker(opening, isControl)) }
        let separator = ToolCallShape.sequence(parts)
        let next = closed(call(tools, isControl))
        guard withoutHead else { return .repeated(next, separator: separator) }
        let more = ToolCallShape.sequence([separator, .repeated(next, separator: separator)])
        return .choice([first, .sequence([first, more])])
    }

    /// One call of any of the tools: a name goes with the schema of its own arguments.
    private func call(
        _ tools: [ToolDefinition], _ isControl: (String) -> Bool, withoutHead: Bool = false
    ) -> ToolCallShape {
        let choices = tools.map { tool -> ToolCallShape in
            let arguments = ToolCallShape.json(schema: tool.argumentsSchema)
            let id = ToolCallShape.alphanumerics(count: ToolCallID.length)
            switch body {
            case .object(let keys, let hasID):
                let name = (withoutHead ? "" : Self.head) + "\(tool.name)\", \"\(keys[0])\": "
                let end: [ToolCallShape] = hasID ? [.text(", \"id\": \""), id, .text("\"}")] : [.text("}")]
                return .sequence([.text(name), arguments] + end)
            case .named(let callID, let marker):
                let start = ToolCallShape.text(tool.name)
                let end = [self.marker(marker, isControl), arguments]
                // Models of tokenizer v11 write an id, later ones do not.
                return .choice([
                    .sequence([start] + end),
                    .sequence([start, self.marker(callID, isControl), id] + end),
                ])
            }
        }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }
}
