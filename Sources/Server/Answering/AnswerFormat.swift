// What shape an answer must have, and the grammars that hold it to it. Compiles, keeps and hands out masks; knows no
// endpoint.

import ChatTemplates
import Grammars
import Inference
import Sampling
import Synchronization
import Tokenizers

/// The shape of an answer's text.
enum AnswerFormat: Sendable, Equatable {
    case text
    case jsonObject
    case jsonSchema(JSONValue)
    case regex(String)
    /// GBNF, as llama.cpp reads it.
    case grammar(String)

    /// The grammar; nil for free text. Throws `GrammarError`.
    func grammar() throws -> Grammar? {
        switch self {
        case .text: nil
        case .jsonObject: try .jsonObject()
        case .jsonSchema(let schema): try .jsonSchema(schema)
        case .regex(let pattern): try .regex(pattern)
        case .grammar(let source): try .gbnf(source)
        }
    }
}

/// Tools as a request offers them.
struct ToolOffer: Sendable, Equatable {
    var tools: [ToolDefinition] = []
    var choice = ToolChoice.auto
    /// Whether one answer may call several times.
    var isParallel = true

    /// The tools that the model may call.
    var allowed: [ToolDefinition] { choice.allowed(of: tools) }
}

/// The masks of one model: grammars compiled once, and its vocabulary as bytes.
final class Constraints: Sendable {
    /// Compiled grammars to keep. Each comes with its masks, up to 16 MB where texts wander far.
    private static let capacity = 16

    private struct Kept {
        var grammar: Grammar
        var lastUse: Int
    }

    private struct State {
        var vocabulary: TokenVocabulary?
        var grammars: [String: Kept] = [:]
        var clock = 0
    }

    private let state = Mutex(State())
    private let tokenizer: Tokenizer
    private let endTokens: Set<TokenID>
    let layout: ToolLayout?

    init(_ loaded: LoadedModel) {
        tokenizer = loaded.tokenizer
        endTokens = loaded.endTokens
        layout = loaded.toolLayout()
    }

    /// The mask for an answer in `format` to a request with `offer`; nil: anything goes.
    /// - Parameter continuesText: whether the answer goes on in the middle of a text. Elsewhere models with
    ///   SentencePiece vocabularies begin with a space that is not part of the answer.
    /// - Throws: `APIError` for what no grammar can be made of, naming the keyword and its place.
    func mask(
        _ format: AnswerFormat, _ offer: ToolOffer, continuesText: Bool
    ) throws -> (any LogitsMask)? {
        guard format != .text || !offer.allowed.isEmpty else { return nil }
        let hasSpace = tokenizer.addsDummyPrefix && !continuesText
        let key = "\(hasSpace) \(format)\u{0}\(offer)"
        do {
            let grammar = try grammar(key) {
                guard let grammar = try compile(format, offer) else { return nil }
                return hasSpace ? try .sequence([.regex(" ?"), grammar]) : grammar
            }
            guard let grammar else { return nil }
            return GrammarMask(grammar, vocabulary: vocabulary, endTokens: endTokens)
        } catch let error as GrammarError {
            throw APIError.invalid(
                error.description, at: ["response_format"], code: "unsupported_schema")
        }
    }

    private var vocabulary: TokenVocabulary {
        if let made = state.withLock({ $0.vocabulary }) { return made }
        let made = TokenVocabulary(count: tokenizer.vocabularySize) { [tokenizer] id in
            switch tokenizer.kind(id) {
            case .control, .unknown, .unused: nil
            case .normal, .userDefined, .byte: Array(tokenizer.bytes(of: id))
            }
        }
        return state.withLock { state in
            if state.vocabulary == nil { state.vocabulary = made }
            return state.vocabulary ?? made
        }
    }

    private func grammar(_ key: String, _ compile: () throws -> Grammar?) throws -> Grammar? {
        let found = state.withLock { state -> Grammar? in
            guard var kept = state.grammars[key] else { return nil }
            state.clock += 1
            kept.lastUse = state.clock
            state.grammars[key] = kept
            return kept.grammar
        }
        if let found { return found }
        guard let made = try compile() else { return nil }
        state.withLock { state in
            state.clock += 1
            state.grammars[key] = Kept(grammar: made, lastUse: state.clock)
            guard state.grammars.count > Self.capacity,
                let oldest = state.grammars.min(by: { $0.value.lastUse < $1.value.lastUse })
            else { return }
            state.grammars[oldest.key] = nil
        }
        return made
    }

    private func compile(_ format: AnswerFormat, _ offer: ToolOffer) throws -> Grammar? {
        let text = try format.grammar()
        guard let layout, !offer.allowed.isEmpty else { return text }
        let tools = try offer.allowed.map(compilable)
        let calls = { try self.grammar(layout.shape(for: tools, parallel: offer.isParallel)) }
        switch offer.choice {
        case .none: return text
        case .required, .named: return try calls()
        case .auto:
            if let text { return try .choice([text, calls()]) }
            // Free text, in which a call that was begun must be a valid one. Where a call needs no marker, nothing
            // tells it from text in time: the parser decides.
            guard
                let trigger = layout.triggers(for: tools, parallel: offer.isParallel).first(where: {
                    !$0.isAtStartOnly
                })
            else { return nil }
            let then = try grammar(trigger.rest)
            switch trigger.marker {
            case .text(let marker): return try .triggered(by: .literal(marker), then: then)
            case .control(let piece): return try .triggered(by: .controlToken(try id(piece)), then: then)
            default: return nil
            }
        }
    }

    /// A tool whose schema no grammar covers is held to "some object", unless it is strict: then that is an error.
    private func compilable(_ tool: ToolDefinition) throws -> ToolDefinition {
        guard !tool.strict else { return tool }
        do {
            _ = try Grammar.jsonSchema(tool.argumentsSchema)
            return tool
        } catch { return try ToolDefinition(name: tool.name, parameters: ["type": "object"]) }
    }

    private func id(_ piece: String) throws -> TokenID {
        guard let id = tokenizer.id(ofPiece: piece) else {
            throw APIError.unsupported("the model has no token \(piece)")
        }
        return id
    }

    private func grammar(_ shape: ToolCallShape) throws -> Grammar {
        switch shape {
        case .text(let text): try .literal(text)
        case .control(let piece): try .controlToken(try id(piece))
        case .alphanumerics(let count): try .regex("[a-zA-Z0-9]{\(count)}")
        case .json(let schema): try .jsonSchema(schema)
        case .sequence(let parts): try .sequence(parts.map(grammar))
        case .choice(let parts): try .choice(parts.map(grammar))
        case .repeated(let part, let separator):
            try .sequence([
                grammar(part), .repeated(.sequence([grammar(separator), grammar(part)]), min: 0, max: nil),
            ])
        }
    }
}
