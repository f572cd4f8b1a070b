// POST /tokenize, /detokenize and /apply-template, as llama.cpp's server has them: what a model's text is made of.

import ChatTemplates
import Hummingbird
import Tokenizers

enum Tokenize {
    private struct Body: Sendable {
        var model: String?
        var content = ""
        var addsSpecial = false
        var parsesSpecial = true
        var givesPieces = false
    }

    private static let shape = RequestShape<Body>(
        "a tokenize request",
        [
            Field("model", \.model, .text(1...200), "a name that this server offers; the first if left out"),
            Field("content", \.content, .string, isRequired: true, "the text"),
            Field("add_special", \.addsSpecial, .bool, "begin as the model's prompts begin (BOS)"),
            Field("parse_special", \.parsesSpecial, .bool, "whether control tokens in the text are such"),
            Field("with_pieces", \.givesPieces, .bool, "each token with its text"),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/tokenize", dialect: .openAI, summary: "The tokens of a text",
        body: shape.schema,
        answer: [
            "type": "object", "properties": ["tokens": ["type": "array"]], "required": ["tokens"],
        ]
    ) { call in
        let body = try await call.body(shape, initial: Body())
        let tokenizer = try await call.lease(call.model(body.model)).model.tokenizer
        let tokens = tokenizer.encode(
            [TextSegment(body.content, mayContainControl: body.parsesSpecial)],
            addBOS: body.addsSpecial ? nil : false, addEOS: body.addsSpecial && tokenizer.addEOS)
        let list = tokens.map { token -> JSONValue in
            body.givesPieces
                ? ["id": .int(Int(token)), "piece": piece(token, tokenizer)] : .int(Int(token))
        }
        return Reply.json(["tokens": .array(list)])
    }

    /// A token's text; its bytes where they are no whole characters.
    private static func piece(_ token: TokenID, _ tokenizer: Tokenizer) -> JSONValue {
        guard tokenizer.kind(token) != .control else { return .string(tokenizer.piece(token)) }
        let bytes = tokenizer.bytes(of: token)
        return String(validating: bytes, as: UTF8.self).map(JSONValue.string)
            ?? .array(bytes.map { .int(Int($0)) })
    }
}

enum Detokenize {
    private struct Body: Sendable {
        var model: String?
        var tokens: [Int] = []
    }

    private static let shape = RequestShape<Body>(
        "a detokenize request",
        [
            Field("model", \.model, .text(1...200), "a name that this server offers; the first if left out"),
            Field(
                "tokens", \.tokens, .list(of: .integer(0...Int(Int32.max)), count: 0...1 << 20),
                isRequired: true, "token ids"),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/detokenize", dialect: .openAI, summary: "The text of tokens",
        body: shape.schema,
        answer: [
            "type": "object", "properties": ["content": ["type": "string"]], "required": ["content"],
        ]
    ) { call in
        let body = try await call.body(shape, initial: Body())
        let tokenizer = try await call.lease(call.model(body.model)).model.tokenizer
        if let index = body.tokens.firstIndex(where: { $0 >= tokenizer.vocabularySize }) {
            throw APIError.invalid(
                "tokens[\(index)] is \(body.tokens[index]); this vocabulary ends before "
                    + "\(tokenizer.vocabularySize)", at: ["tokens"] / index)
        }
        return Reply.json(["content": .string(text(body.tokens.map { TokenID($0) }, tokenizer))])
    }

    /// The text, control tokens spelt out: so that what /tokenize took for one comes back.
    private static func text(_ tokens: [TokenID], _ tokenizer: Tokenizer) -> String {
        var detokenizer = Detokenizer(tokenizer)
        let pieces = tokens.map { token in
            tokenizer.kind(token) == .control
                ? detokenizer.finish() + tokenizer.piece(token) : detokenizer.append(token)
        }
        return pieces.joined() + detokenizer.finish()
    }
}

enum ApplyTemplate {
    private struct Body: Sendable {
        var model: String?
        var list = MessageList()
        var tools: [ToolDefinition] = []
    }

    private static let shape = RequestShape<Body>(
        "an apply-template request",
        [
            Field("model", \.model, .text(1...200), "a name that this server offers; the first if left out"),
            Field("messages", \.list, .messages, isRequired: true, "the conversation"),
            Field("tools", \.tools, .tools, "functions that the prompt shows"),
        ])

    static let endpoint = Endpoint(
        method: .post, path: "/apply-template", dialect: .openAI, summary: "The prompt of a conversation",
        body: shape.schema,
        answer: ["type": "object", "properties": ["prompt": ["type": "string"]], "required": ["prompt"]]
    ) { call in
        let body = try await call.body(shape, initial: Body())
        let lease = try await call.lease(call.model(body.model))
        var input = ChatInput(model: lease.model.name, list: body.list)
        input.offer.tools = body.tools
        return Reply.json(["prompt": .string(try input.promptText(lease.model))])
    }
}

extension Call {
    /// The model that a request means which may leave it out.
    func model(_ name: String?) throws -> String {
        guard let name = name ?? visibleModels.first?.name else {
            throw APIError.invalid("model: this field is required", at: ["model"], code: "missing_parameter")
        }
        return name
    }
}
