// A model with what text needs: weights, tokenizer and prompt format, all out of the same files.

public import ChatTemplates
import Foundation
import ModelFiles
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
    package let model: any LanguageModel
    package let source: ModelSource

    /// Loads a `.gguf` file, or a folder with `config.json`, safetensors and tokenizer.
    public init(path: String, instructionSet: InstructionSet = .best) throws(EngineError) {
        do {
            source = try ModelSource.open(path)
            model = try ModelRegistry.load(source, instructionSet: instructionSet)
        } catch { throw EngineError(.badModel, error.description) }
        self.path = path
        let files = try TextFiles(source)
        name = files.name
        let tokenizer: Tokenizer
        do { tokenizer = try Tokenizer(files.tokenizer) } catch {
            throw EngineError(.badModel, "\(path): \(error.description)")
        }
        self.tokenizer = tokenizer
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

    /// The tokens that ask the model to answer the last of `messages`.
    public func tokens(answering messages: [ChatMessage]) throws(EngineError) -> [TokenID] {
        guard let promptFormat else {
            throw EngineError(
                .badRequest, "\(path): the model has no chat template, so it only continues text; use --raw")
        }
        return try promptFormat.tokens(messages, tokenizer)
    }
}

/// What a model's files say about text.
private struct TextFiles {
    var name: String?
    var tokenizer: TokenizerSpecification
    var template: String?

    init(_ source: ModelSource) throws(EngineError) {
        do {
            switch source {
            case .gguf(let file): try self.init(file.metadata)
            case .huggingFace: try self.init(folder: source.folder)
            }
        } catch let error as EngineError { throw error } catch {
            throw EngineError(.badModel, "\(source.path): \(error)")
        }
    }

    private init(_ metadata: GGUFMetadata) throws {
        func token(_ key: String) throws -> TokenID? {
            try metadata.integer("tokenizer.ggml.\(key)_token_id").flatMap { TokenID(exactly: $0) }
        }
        guard let model = try metadata.string("tokenizer.ggml.model"),
            let tokens = try metadata.strings("tokenizer.ggml.tokens")
        else {
            throw EngineError(
                .badModel,
                "the file has no tokenizer (key tokenizer.ggml.model); convert the model again with one")
        }
        name = try metadata.string("general.name")
        template = try metadata.string("tokenizer.chat_template")
        tokenizer = try .gguf(
            model: model,
            pre: try metadata.string("tokenizer.ggml.pre"),
            tokens: tokens,
            scores: try metadata.floats("tokenizer.ggml.scores"),
            types: try metadata.integers("tokenizer.ggml.token_type")?.map { Int32(clamping: $0) },
            merges: try metadata.strings("tokenizer.ggml.merges")?.map {
                String(decoding: $0, as: UTF8.self)
            },
            bos: try token("bos"), eos: try token("eos"), unknown: try token("unknown"),
            endOfTurn: try token("eot"),
            addBOS: try metadata.bool("tokenizer.ggml.add_bos_token"),
            addEOS: try metadata.bool("tokenizer.ggml.add_eos_token"),
            addSpacePrefix: try metadata.bool("tokenizer.ggml.add_space_prefix"))
    }

    private init(folder: String) throws {
        func read(_ file: String) -> [UInt8]? {
            FileManager.default.contents(atPath: folder + "/" + file).map { Array($0) }
        }
        let config = read("tokenizer_config.json")
        if let json = read("tokenizer.json") {
            tokenizer = try .huggingFace(tokenizerJSON: json, config: config)
        } else if let model = read("tokenizer.model") {
            tokenizer = try .sentencePieceModel(model)
        } else {
            throw EngineError(.badModel, "the folder has neither tokenizer.json nor tokenizer.model")
        }
        struct Config: Decodable {
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
        if let jinja = read("chat_template.jinja") {
            template = String(decoding: jinja, as: UTF8.self)
        } else if let config {
            switch try JSONDecoder().decode(Config.self, from: Data(config)).chat_template {
            case .one(let text)?: template = text
            case .many(let named)?: template = named.first { $0.name == "default" }?.template
            case nil: template = nil
            }
        }
    }
}
