// What the model tests share: the fixtures of Tests/Oracles/tiny_models.py, and a way to run token
// sequences through a model in any order of batches.

import Foundation
import ModelFiles
import Models
import Tensors
import Testing

// MARK: Fixtures

/// One file of one tiny model.
struct ModelFixture: Sendable, CustomTestStringConvertible {
    let model: String
    /// A GGUF file or a Hugging Face folder.
    let file: String

    var testDescription: String { "\(model)/\(file)" }

    /// Weights in F32, F16 or BF16: activations stay fp32.
    static let float = [
        ModelFixture(model: "llama-odd-heads", file: "f32.gguf"),
        ModelFixture(model: "llama-odd-heads", file: "hf"),
        ModelFixture(model: "llama-tied-llama3", file: "f32.gguf"),
        ModelFixture(model: "llama-tied-llama3", file: "hf"),
        ModelFixture(model: "llama-linear-f16", file: "f16.gguf"),
        ModelFixture(model: "llama-linear-f16", file: "hf"),
        ModelFixture(model: "mistral-full", file: "f32.gguf"),
        ModelFixture(model: "mistral-full", file: "hf"),
        ModelFixture(model: "mistral-window", file: "hf"),
        ModelFixture(model: "mixtral-3-top-1", file: "per-expert.gguf"),
        ModelFixture(model: "mixtral-3-top-1", file: "hf"),
        ModelFixture(model: "mixtral-8-top-2", file: "bf16.gguf"),
        ModelFixture(model: "mixtral-8-top-2", file: "hf"),
        ModelFixture(model: "mixtral-16-top-4", file: "f32.gguf"),
        ModelFixture(model: "mixtral-16-top-4", file: "hf-fused"),
    ]
    /// Weights in blocks: activations are rounded to 8 bits.
    static let quantized = ["q8-0", "q4-0", "q4-1", "q5-0", "q5-1"].map {
        ModelFixture(model: "mixtral-\($0)", file: "quantized.gguf")
    }
    static let all = float + quantized

    static func folder() throws -> URL {
        try #require(Bundle.module.resourceURL).appending(path: "Fixtures")
    }

    var path: String {
        get throws { try ModelFixture.folder().appending(path: model).appending(path: file).path }
    }

    func load(_ instructionSet: InstructionSet = .best) throws -> any LanguageModel {
        try ModelRegistry.load(ModelSource.open(path), instructionSet: instructionSet)
    }

    func expected() throws -> Expected {
        let url = try ModelFixture.folder().appending(path: model).appending(path: "expected.json")
        return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
    }
}

/// `expected.json`: what transformers computes.
struct Expected: Decodable {
    struct Sequence: Decodable {
        let tokens: [Int32]
        let logits: Data  // Float [tokens, vocabulary]
        let experts: Data?  // Int32 [layers, tokens, experts per token], best first
        let weights: Data?  // Float, alike
    }

    /// Logits rounded where the engine rounds: with a cache in half precision, or for weights in blocks with
    /// activations in 8 bits.
    struct Rounded: Decodable {
        let sequence: Int
        let logits: Data  // Float [last tokens, vocabulary]
    }

    let files: [String]
    let rounded: Rounded
    let sequences: [Sequence]

    var tokens: [[Int32]] { sequences.map(\.tokens) }
}

extension Data {
    /// The little-endian values of four bytes each.
    func values<Value: BitwiseCopyable>(_ type: Value.Type) -> [Value] {
        withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Value.self) }
        }
    }
}

// MARK: Running

/// The order in which tokens go through a model: batches of (sequence, position).
enum Schedule: Sendable, CustomTestStringConvertible {
    /// Each sequence in one batch.
    case whole
    /// Each sequence in batches of so many tokens.
    case chunks(Int)
    /// All sequences in one batch, their tokens taking turns.
    case together
    /// One token of every sequence that has one left per batch, as in decoding.
    case decoding

    func batches(lengths: [Int]) -> [[(sequence: Int, position: Int)]] {
        let longest = lengths.max() ?? 0
        func turn(_ position: Int) -> [(sequence: Int, position: Int)] {
            lengths.indices.filter { position < lengths[$0] }.map { ($0, position) }
        }
        switch self {
        case .whole: return Schedule.chunks(max(longest, 1)).batches(lengths: lengths)
        case .chunks(let size):
            return lengths.enumerated().flatMap { sequence, length in
                stride(from: 0, to: length, by: size).map { start in
                    (start..<min(start + size, length)).map { (sequence, $0) }
                }
            }
        case .together: return [(0..<longest).flatMap(turn)]
        case .decoding: return (0..<longest).map(turn)
        }
    }

    var testDescription: String {
        switch self {
        case .whole: "each sequence in one batch"
        case .chunks(let size): "\(size) tokens at a time"
        case .together: "all sequences in one batch"
        case .decoding: "a token of each sequence at a time"
        }
    }
}

/// What a model computed for one sequence.
struct Output: Equatable {
    var logits: [Float]  // [tokens, vocabulary]
    var choices: [ExpertChoice]  // [layers, tokens, experts per token]

    /// Whether every bit agrees.
    func isIdentical(to other: Output) -> Bool {
        logits.map(\.bitPattern) == other.logits.map(\.bitPattern)
            && choices.map(\.expert) == other.choices.map(\.expert)
            && choices.map(\.weight.bitPattern) == other.choices.map(\.weight.bitPattern)
    }
}

/// Runs `sequences` through `model`, each from an empty cache, in the order of `schedule`.
func evaluate(
    _ model: any LanguageModel, _ sequences: [[Int32]], _ schedule: Schedule = .whole, kvType: KVType = .f32,
    workers: Int = 1
) -> [Output] {
    let shape = model.configuration
    let cache = CacheMemory(
        lengths: sequences.map(\.count), pageBytes: KVLayout(shape, type: kvType).pageBytes)
    let batches = schedule.batches(lengths: sequences.map(\.count))
    let widest = batches.map(\.count).max() ?? 1
    let limits = RunnerLimits(
        tokens: widest, logitRows: widest, context: sequences.map(\.count).max() ?? 1, kvType: kvType)
    let runner = model.makeRunner(limits: limits, pool: ThreadPool(workers: workers))

    let k = shape.expertsPerToken
    var outputs = sequences.map { tokens in
        Output(
            logits: Array(repeating: .nan, count: tokens.count * shape.vocabularySize),
            choices: Array(
                repeating: ExpertChoice(expert: -1, weight: .nan), count: shape.layers * tokens.count * k))
    }
    var routing = Array(
        repeating: ExpertChoice(expert: -1, weight: .nan), count: shape.layers * widest * k)
    for places in batches {
        // The last token's logits in the first row: rows need not be in the order of tokens.
        let tokens = places.enumerated().map { index, place in
            BatchToken(
                id: sequences[place.sequence][place.position], position: place.position,
                sequence: place.sequence, logitRow: places.count - 1 - index)
        }
        tokens.withUnsafeBufferPointer { tokens in
            routing.withUnsafeMutableBufferPointer { routing in
                runner.forward(Batch(tokens: tokens, pages: cache.tables, routing: routing.baseAddress))
            }
        }
        for (index, place) in places.enumerated() {
            let row = runner.logits(row: places.count - 1 - index)
            outputs[place.sequence].logits.replaceSubrange(
                place.position * row.count..<(place.position + 1) * row.count, with: row)
            for layer in 0..<shape.layers {
                for rank in 0..<k {
                    let length = sequences[place.sequence].count
                    outputs[place.sequence].choices[(layer * length + place.position) * k + rank] =
                        routing[(layer * places.count + index) * k + rank]
                }
            }
        }
    }
    return outputs
}

/// Pages for some sequences. New pages hold NaN everywhere, so that reading a position that nobody wrote shows.
private final class CacheMemory {
    let tables: UnsafeMutablePointer<PageTable>
    private var pages: [UnsafeMutablePointer<UInt8>] = []
    private var lists: [UnsafeMutablePointer<UnsafePointer<UInt8>?>] = []

    init(lengths: [Int], pageBytes: Int) {
        tables = .allocate(capacity: max(1, lengths.count))
        for (sequence, length) in lengths.enumerated() {
            let count = (length + KVType.pagePositions - 1) / KVType.pagePositions
            let list = UnsafeMutablePointer<UnsafePointer<UInt8>?>.allocate(capacity: max(1, count))
            for page in 0..<count {
                let memory = UnsafeMutableRawPointer.allocate(byteCount: pageBytes, alignment: 64)
                    .bindMemory(to: UInt8.self, capacity: pageBytes)
                memory.initialize(repeating: 0xFF, count: pageBytes)
                pages.append(memory)
                list[page] = UnsafePointer(memory)
            }
            lists.append(list)
            tables[sequence] = PageTable(list)
        }
    }

    deinit {
        for page in pages { UnsafeMutableRawPointer(page).deallocate() }
        for list in lists { list.deallocate() }
        tables.deallocate()
    }
}

// MARK: Comparison

/// The largest difference of two rows of logits, relative to the largest expected one: NaN if any is NaN.
func relativeDifference(_ found: some Collection<Float>, _ expected: some Collection<Float>) -> Float {
    guard found.count == expected.count else { return .infinity }
    var (difference, scale): (Float, Float) = (0, 0)
    for (a, b) in zip(found, expected) {
        guard a.isFinite && b.isFinite else { return .nan }
        difference = max(difference, abs(a - b))
        scale = max(scale, abs(b))
    }
    return difference / scale
}
