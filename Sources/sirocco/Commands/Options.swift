// Options that several commands share: which model, how it uses the machine, how it chooses tokens.

import ArgumentParser
import Inference
import ModelStore
import Sampling
import Server
import SystemPackage
import Tensors

/// The model argument of a command.
struct ModelArgument: ParsableArguments {
    @Argument(help: "A name in your store, a .gguf file, or a folder with config.json and safetensors.")
    var model: String

    /// The path that `model` stands for.
    func path() throws -> String { try ModelStore().resolve(model).string }

    /// Loads the model to run it: packed, except where the options say otherwise.
    func load(_ machine: MachineOptions) throws -> LoadedModel { try Self.load(model, machine) }

    /// The same for a name or path that came another way.
    static func load(_ model: String, _ machine: MachineOptions) throws -> LoadedModel {
        let path = try ModelStore().resolve(model).string
        let instructionSet = try machine.instructionSet()
        let file = machine.wantsPacked(instructionSet) ? try PackedWeights.open(path) : nil
        return try LoadedModel(path: path, file: file, instructionSet: instructionSet)
    }
}

/// How a command uses the machine.
struct MachineOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Threads that compute (default: all CPUs this process may use).")
    var threads: Int?

    @Option(
        name: .shortAndLong, help: "Tokens that fit in the context (default: what the model was trained for)."
    )
    var context: Int?

    @Option(
        help: "Element type of the key/value cache: f16 or f32.",
        transform: { text in
            guard let type = KVType(rawValue: text) else { throw ValidationError("expected f16 or f32") }
            return type
        })
    var kv = KVType.f16

    @Flag(
        help:
            "Read the model's file as it is; without this its weights are packed once and kept in your store."
    )
    var noPack = false

    @Option(
        help: ArgumentHelp(
            "Kernels to use instead of the fastest: scalar, avx2 or avx512vnni.", visibility: .hidden))
    var kernels: String?

    func validate() throws {
        if let threads, threads < 1 || threads > 1024 {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
    }

    func instructionSet() throws -> InstructionSet {
        guard let kernels else { return .best }
        guard
            let found = InstructionSet.available.first(where: {
                "\($0)".lowercased().filter(\.isLetterOrDigit) == kernels
            })
        else {
            let names = InstructionSet.available.map { "\($0)".lowercased().filter(\.isLetterOrDigit) }
            throw CommandError("--kernels \(kernels): this machine has \(names.joined(separator: ", "))")
        }
        return found
    }

    /// Portable kernels gain nothing from panels, so there the file is read as it is.
    func wantsPacked(_ instructionSet: InstructionSet) -> Bool { !noPack && instructionSet != .scalar }

    func engine(_ loaded: LoadedModel) throws -> Engine { try Engine(loaded, options: engineOptions()) }

    func engineOptions() -> Engine.Options {
        var options = Engine.Options()
        if let threads { options.threads = threads }
        options.context = context
        options.kvType = kv
        return options
    }

    /// What a server's configuration says of one model, and these options where it is silent.
    func engineOptions(_ model: ModelSettings) -> Engine.Options {
        var options = engineOptions()
        if let context = model.context { options.context = context }
        if let kvType = model.kvType { options.kvType = kvType }
        if let sequences = model.sequences { options.sequences = sequences }
        if let bytes = model.kvMemory { options.kvBytes = bytes }
        options.queueLimit = model.queue ?? 256
        return options
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isLetter || isNumber }
}

/// How tokens are chosen.
struct SamplingOptions: ParsableArguments {
    @Option(
        name: [.customShort("n"), .long],
        help: "Most tokens to generate (default: until the context is full).")
    var maxTokens: Int?

    @Option(help: "Randomness: 0 always takes the most probable token.")
    var temperature: Float = 0.7

    @Option(help: "Keep only this many most probable tokens.")
    var topK: Int?

    @Option(help: "Keep the most probable tokens that together have this probability.")
    var topP: Float = 1

    @Option(help: "Drop tokens less probable than this fraction of the most probable one.")
    var minP: Float = 0.05

    @Option(help: "Locally typical sampling: keep this probability mass.")
    var typicalP: Float = 1

    @Option(help: "Make tokens that occurred less likely: above 1.")
    var repeatPenalty: Float = 1

    @Option(help: "How many latest tokens the repeat penalty sees (default: all).")
    var repeatLastN: Int?

    @Option(help: "Taken off the logits of tokens that occurred.")
    var presencePenalty: Float = 0

    @Option(help: "Taken off the logits of tokens for each time they occurred.")
    var frequencyPenalty: Float = 0

    @Option(help: ArgumentHelp("Added to a token's logit; may be repeated.", valueName: "id=value"))
    var logitBias: [String] = []

    @Option(help: "DRY: strength of the penalty on continuing a repetition; 0 is off.")
    var dryMultiplier: Float = 0

    @Option(help: "DRY: growth of the penalty with each repeated token.")
    var dryBase: Float = 1.75

    @Option(help: "DRY: length of a repetition that is not punished.")
    var dryAllowedLength: Int = 2

    @Option(help: "The same seed gives the same answer (default: a new one each time).")
    var seed: UInt64?

    func validate() throws {
        if let maxTokens, maxTokens < 1 {
            throw ValidationError("--max-tokens is \(maxTokens); expected at least 1")
        }
        do { _ = try parameters(seed: 0).validated() } catch let error as SamplingError {
            throw ValidationError(error.description)
        }
    }

    /// The parameters with this seed.
    func parameters(seed: UInt64) throws -> SamplingParameters {
        var parameters = SamplingParameters(temperature: temperature)
        parameters.topK = topK
        parameters.topP = topP
        parameters.minP = minP
        parameters.typicalP = typicalP
        parameters.repeatPenalty = repeatPenalty
        parameters.repeatLastN = repeatLastN
        parameters.presencePenalty = presencePenalty
        parameters.frequencyPenalty = frequencyPenalty
        parameters.seed = seed
        if dryMultiplier != 0 {
            parameters.dry = DRYParameters(
                multiplier: dryMultiplier, base: dryBase, allowedLength: dryAllowedLength)
        }
        for bias in logitBias {
            let parts = bias.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let id = Int32(parts[0]), let value = Float(parts[1]) else {
                throw ValidationError(
                    "--logit-bias \(bias): expected a token id and a number, such as 42=-1.5")
            }
            parameters.logitBias[id] = value
        }
        return parameters
    }

    /// The seed asked for, or a new one.
    var chosenSeed: UInt64 { seed ?? UInt64.random(in: 0..<1 << 32) }
}
