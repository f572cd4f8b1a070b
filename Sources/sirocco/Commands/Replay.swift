// `sirocco replay`: the answer of a receipt, made again and compared.

import ArgumentParser
import FoundationEssentials
import Inference
import ModelStore
import Server
import SystemPackage
import Tensors
import Tokenizers

struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an answer of `sirocco serve` again from its receipt, and compare.",
        discussion: """
            A server adds a receipt to its answer where the request says "sirocco": {"receipt": true}. The model is \
            found in your store by its SHA-256, or named with --model. The same tokens come out on every machine; \
            where they do not, the exit status is 1.
            """)

    @Argument(help: "A receipt, or an answer with one, as JSON; '-' reads standard input.")
    var file: String

    @Option(help: "A name in your store, a .gguf file, or a folder with config.json and safetensors.")
    var model: String?

    @Option(name: .shortAndLong, help: "Threads that compute (default: all CPUs this process may use).")
    var threads: Int?

    @Flag(help: "Read the model's file as it is, and not its packed weights.")
    var noPack = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if let threads, threads < 1 || threads > 1024 {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
    }

    func run() async throws {
        let receipt = try read()
        let path = try path(receipt)
        let packed = noPack ? nil : try PackedWeights.open(path.string)
        let loaded = try LoadedModel(path: path.string, file: packed)
        var options = Engine.Options()
        if let threads { options.threads = threads }
        options.context = receipt.model.context
        guard let type = KVType(rawValue: receipt.model.kv) else {
            throw CommandError("\(name): model.kv is '\(receipt.model.kv)'; expected f16 or f32")
        }
        options.kvType = type
        let replays = try await Server.Replay.all(receipt, loaded, on: try Engine(loaded, options: options))
        if json {
            try printJSON(replays.map { Record($0, receipt) })
        } else {
            for replay in replays { print(Self.line(replay, receipt, loaded)) }
        }
        if receipt.engine != Engine.version, !replays.allSatisfy(\.isIdentical) {
            Note.write("the receipt is of engine \(receipt.engine), this is \(Engine.version)")
        }
        guard replays.allSatisfy(\.isIdentical) else { throw ExitCode(1) }
    }

    /// What messages call the file.
    private var name: String { file == "-" ? "standard input" : file }

    private func read() throws -> Receipt {
        let text: String
        if file == "-" {
            var lines = ""
            while let line = readLine(strippingNewline: false) { lines += line }
            text = lines
        } else {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandError("\(file): there is no such file, or it cannot be read")
            }
            text = String(decoding: data, as: UTF8.self)
        }
        do { return try Receipt.read(text) } catch let error as ConfigurationError {
            throw CommandError("\(name): \(error)")
        }
    }

    /// The model's file, which is the one that the receipt speaks of.
    private func path(_ receipt: Receipt) throws -> FilePath {
        let store = ModelStore()
        guard let model else {
            guard let found = try store.model(digest: receipt.model.sha256) else {
                throw CommandError(
                    "no model of your store has the SHA-256 \(receipt.model.sha256) (the server called it "
                        + "'\(receipt.model.name)'); name its file with --model")
            }
            return found.path
        }
        let path = FilePath(try ModelReference.path(model, in: store))
        let digest = try store.digest(path)
        guard digest == receipt.model.sha256 else {
            throw CommandError(
                "\(model): expected the model with SHA-256 \(receipt.model.sha256), found \(digest)")
        }
        return path
    }

    private static func line(_ replay: Server.Replay, _ receipt: Receipt, _ loaded: LoadedModel) -> String {
        let place = receipt.answers.count > 1 ? "answer \(replay.answer): " : ""
        func text(_ token: Int32?) -> String {
            guard let token else { return "its end" }
            guard token >= 0, token < loaded.tokenizer.vocabularySize else { return "token \(token)" }
            return "token \(token) \(loaded.tokenizer.piece(token).debugDescription)"
        }
        switch replay.outcome {
        case .identical(let tokens): return "\(place)identical: \(tokens) tokens"
        case .departed(let index, let expected, let found):
            return "\(place)departs at token \(index): expected \(text(expected)), found \(text(found))"
        }
    }

    private struct Record: Encodable {
        var answer: Int
        var identical: Bool
        var tokens: Int
        /// The first place where the answers differ.
        var departs_at: Int?
        var expected: Int32?
        var found: Int32?

        init(_ replay: Server.Replay, _ receipt: Receipt) {
            answer = replay.answer
            identical = replay.isIdentical
            tokens = receipt.answers[replay.answer].tokens.count
            if case .departed(let index, let expected, let found) = replay.outcome {
                departs_at = index
                self.expected = expected
                self.found = found
            }
        }
    }
}
