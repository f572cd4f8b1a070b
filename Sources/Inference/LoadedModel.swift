// A model with what text needs: weights, tokenizer and prompt format, all out of the same files.

public import ChatTemplates
import FoundationEssentials
public import ModelFiles
public import Models
public import Tensors
public import Tokenizers

/// A model ready for requests: its weights stay in the mapped file.
public final class LoadedModel: Sendable {
    /// Where it came from.
    public let path: String
    /// The name in the file's metadata, if it has one.
    public let name: String?
    public let tokenizer: Tokenizer
    /// How a conversation is written for this model; nil: the file does not say (a base model).
    public let promptFormat: PromptFormat?
    /// The tokens that end an answer: the tokenizer's, and those that the model's configuration adds.
    public let endTokens: Set<TokenID>
    /// The source of the chat template, if the files have one.
    package let templateSource: String?
    package let model: any LanguageModel
    package let source: ModelSource

    /// Loads a `.gguf` file, or a folder with `config.json`, safetensors and tokenizer.
    /// - Parameter file: what to read instead of the file at `path`: the same model, packed or open already.
    public init(
        path: String, file: GGUFFile? = nil, instructionSet: InstructionSet = .best
    ) throws(EngineError) {
        do {
            source = if let file { .gguf(file) } else { try ModelSource.open(path) }
            model = try ModelRegistry.load(source, instructionSet: instructionSet)
        } catch { throw EngineError(.badModel, error.description) }
        self.path = path
        var files: TextFiles
        do { files = try TextFiles.read(source) } catch let error as EngineError { throw error } catch {
            throw EngineError(.badModel, "\(path): \(error)")
        }
        name = files.name
        templateSource = files.template
        if let template = files.template { files.tokenizer.reserveMarkers(of: template) }
        let tokenizer: Tokenizer
        do { tokenizer = try Tokenizer(files.tokenizer) } catch {
            throw EngineError(.badModel, "\(path): \(error.description)")
        }
        self.tokenizer = tokenizer
        let vocabulary = tokenizer.vocabularySize
        endTokens = tokenizer.endOfGeneration.union(
            files.endTokens.filter { (0..<vocabulary).contains(Int($0)) })
        guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
            throw EngineError(
                .badModel,
                "\(path): the tokenizer has \(tokenizer.vocabularySize) tokens, but the model only "
                    + "\(model.configuration.vocabularySize); the files do not belong together")
        }
        promptFormat = try files.template.map { template throws(EngineError) in
            try PromptFormat(template: template, tokenizer: tokenizer, path: path)
        }
    }

    /// Whether its weights lie as kernels want them, and not as GGUF files have them.
    public var isPacked: Bool {
        if case .gguf(let file) = source { file.packed != nil } else { false }
    }
    public var configuration: ModelConfiguration { model.configuration }
    public var statistics: WeightStatistics { model.statistics }
    /// Values that one token is multiplied with.
    public var activeParameters: Int { model.activeParameters }

    /// Bytes of keys and values for `context` positions.
    public func cacheBytes(context: Int, type: KVType = .f16) -> Int {
        KVCache.pageCount(positions: context) * KVLayout(configuration, type: type).pageBytes
    }

    /// The tokens of a text to continue as it stands: no control tokens from it, BOS if the model wants it.
    public func tokens(continuing text: String) -> [TokenID] {
        tokenizer.encode([TextSegment(text, mayContainControl: false)])
    }

    /// How tools get into this model's prompts, and calls out of its answers; nil for a model that cannot chat.
    /// Found out by rendering a few prompts, which takes milliseconds: keep it.
    package func toolLayout() -> ToolLayout? { promptFormat?.toolLayout(tokenizer) }

    /// The tokens that ask the model to answer the last of `messages`.
    /// - Parameters:
    ///   - tools: as `ToolLayout` prepared them together with `messages`.
    ///   - beginning: text that the answer begins with; the model goes on from there.
    public func tokens(
        answering messages: [ChatMessage], tools: [JSONValue] = [], beginning: String = ""
    ) throws(EngineError) -> [TokenID] {
        try format().tokens(messages, tools: tools, beginning: beginning, tokenizer)
    }

    /// The text of `tokens(answering:tools:beginning:)`.
    public func promptText(
        answering messages: [ChatMessage], tools: [JSONValue] = [], beginning: String = ""
    ) throws(EngineError) -> String {
        try format().text(messages, tools: tools, beginning: beginning).map(\.text).joined()
    }

    private func format() throws(EngineError) -> PromptFormat {
        guard let promptFormat else {
            throw EngineError(
                .badRequest, "\(path): the model has no chat template, so it only continues text; use --raw")
        }
        return promptFormat
    }
}

/// What a model's files say about text.
private struct TextFiles {
    var name: String?
    var tokenizer: TokenizerSpecification
    var template: String?
    var endTokens: [TokenID]

    static func read(_ source: ModelSource) throws -> TextFiles {
        switch source {
        case .gguf(let file): try gguf(file.metadata, path: source.path)
        case .huggingFace: try huggingFace(Folder(path: source.folder))
        }
    }

    private static func gguf(_ metadata: GGUFMetadata, path: String) throws -> TextFiles {
        func token(_ key: String) throws -> TokenID? {
            try metadata.integer("tokenizer.ggml.\(key)_token_id").flatMap { TokenID(exactly: $0) }
        }
        guard let model = try metadata.string("tokenizer.ggml.model"),
            let tokens = try metadata.packedStrings("tokenizer.ggml.tokens")
        else {
            throw EngineError(
                .badModel,
                "\(path): the file has no tokenizer (key tokenizer.ggml.model); convert the model again with one"
            )
        }
        let tokenizer = try TokenizerSpecification.gguf(
            model: model,
            pre: try metadata.string("tokenizer.ggml.pre"),
            tokens: PieceTable(bytes: tokens.bytes, ends: tokens.ends),
            scores: try metadata.floats("tokenizer.ggml.scores"),
            types: try metadata.integers("tokenizer.ggml.token_type")?.map { Int32(clamping: $0) },
            merges: try metadata.packedStrings("tokenizer.ggml.merges").map {
                PieceTable(bytes: $0.bytes, ends: $0.ends)
            },
            bos: try token("bos"), eos: try token("eos"), unknown: try token("unknown"),
            endOfTurn: try token("eot"),
            addBOS: try metadata.bool("tokenizer.ggml.add_bos_token"),
            addEOS: try metadata.bool("tokenizer.ggml.add_eos_token"),
            addSpacePrefix: try metadata.bool("tokenizer.ggml.add_space_prefix"))
        return TextFiles(
            name: try metadata.string("general.name"), tokenizer: tokenizer,
            template: try metadata.string("tokenizer.chat_template"), endTokens: [])
    }

    private static func huggingFace(_ folder: Folder) throws -> TextFiles {
        var endTokens: [TokenID] = []
        for file in ["generation_config.json", "config.json"] {
            endTokens += try folder.decode(EndTokens.self, file)?.ids ?? []
        }
        return TextFiles(
            name: nil, tokenizer: try folder.tokenizer(), template: try folder.chatTemplate(),
            endTokens: endTokens)
    }
}

/// The small JSON files beside a Hugging Face model.
private struct Folder {
    let path: String

    func read(_ file: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path.isEmpty ? file : path + "/" + file).map { Array($0) }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ file: String) throws -> Value? {
        guard let bytes = read(file) else { return nil }
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw EngineError(.badModel, "\(name)/\(file): this is not the JSON that belongs here")
        }
    }

    func tokenizer() throws -> TokenizerSpecification {
        if let json = read("tokenizer.json") {
            return try .huggingFace(tokenizerJSON: json, config: read("tokenizer_config.json"))
        }
        guard let model = read("tokenizer.model") else {
            throw EngineError(
                .badModel, "\(name): there is neither tokenizer.json nor tokenizer.model in this folder")
        }
        // Added tokens are spelt out in other files then, each its own way; without them a chat model would run
        // on past its end tokens.
        if let added = try decode([String: TokenID].self, "added_tokens.json"), !added.isEmpty {
            throw EngineError(
                .badModel,
                "\(name): tokenizer.model with added_tokens.json is not supported; add a tokenizer.json, as "
                    + "AutoTokenizer.save_pretrained writes it")
        }
        return try .sentencePieceModel(model)
    }

    /// For messages: a file named without a folder lies in the working folder.
    private var name: String { path.isEmpty ? "." : path }

    /// From `chat_template.jinja`, or out of `tokenizer_config.json`.
    func chatTemplate() throws -> String? {
        if let jinja = read("chat_template.jinja") { return String(decoding: jinja, as: UTF8.self) }
        switch try decode(TokenizerConfig.self, "tokenizer_config.json")?.chat_template {
        case nil: return nil
        case .one(let text)?: return text
        case .many(let named)?:
            if let chosen = named.first(where: { $0.name == "default" }) { return chosen.template }
            throw EngineError(
                .badModel,
                "\(name)/tokenizer_config.json: expected a chat template called default, found "
                    + named.map(\.name).joined(separator: ", "))
        }
    }
}

private struct TokenizerConfig: Decodable {
    /// One template, or several by name, of which "default" is for chat.
    enum Template: Decodable {
        case one(String)
        case many([Named])
        struct Named: Decodable { let name, template: String }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(String.self) {
                self = .one(one)
            } else {
                self = .many(try container.decode([Named].self))
            }
        }
    }

    let chat_template: Template?
}

/// `eos_token_id`: one or several.
private struct EndTokens: Decodable {
    let ids: [TokenID]

    private enum Key: String, CodingKey { case eos_token_id }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let one = try? container.decode(TokenID.self, forKey: .eos_token_id) {
            ids = [one]
        } else {
            ids = try container.decodeIfPresent([TokenID].self, forKey: .eos_token_id) ?? []
        }
    }
}
