// The ceilings by hand: numbers small enough to check on paper.

import Inference
import ModelFiles
import Models
import SystemPackage
import Tensors
import TestSupport
import Testing
import sirocco

@Suite("Roofline")
struct RooflineTests {
    /// 1000 bytes for every token, 200 for logits, 8 experts of 100 bytes each of which 2 are used.
    private static let weights: ActiveWeights = {
        var weights = ActiveWeights(tensors: [], experts: 8, expertsPerToken: 2)
        weights.shared = .init(bytes: 1000, parameters: 2000)
        weights.head = .init(bytes: 200, parameters: 400)
        weights.experts = .init(bytes: 800, parameters: 1600)
        return weights
    }()

    private static func roofline(memory: Double = 1e6, int8: Double = 1e15, window: Int? = nil) -> Roofline {
        Roofline(
            memory: memory, int8: int8, weights: weights, cacheBytesPerPosition: 10, slidingWindow: window,
            prefillChunk: 512)
    }

    private static func isNear(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * abs(b) }

    @Test("one token reads the shared weights, the head and its experts; more tokens share them")
    func bytes() {
        #expect(Self.weights.bytes(tokens: 1, logits: 0) == 1200)
        #expect(Self.weights.bytes(tokens: 1, logits: 1) == 1400)
        // A second token has each expert of the first with one chance in four.
        let chosen = 1 - 0.75 * 0.75
        #expect(Self.weights.bytes(tokens: 2, logits: 0) == 1000 + 800 * chosen)
        #expect(Self.weights.bytes(tokens: 512, logits: 512) == 2000)
        #expect(Self.weights.multiplications(tokens: 3, logits: 1) == 7600)
    }

    @Test("decode at a depth reads the cache of every sequence, weights once for all")
    func decode() {
        let one = Self.roofline().ceiling(.init(kind: .decode, tokens: 9, depth: 100))
        // 101 positions before the first timed token, 5 of the 9 timed ones on average.
        #expect(Self.isNear(one.tokensPerSecond, 1e6 / (1400 + 106 * 10)))
        #expect(one.limit == .memory)
        let two = Self.roofline().ceiling(.init(kind: .decode, tokens: 9, depth: 100, sequences: 2))
        let read = Self.weights.bytes(tokens: 2, logits: 2) + 2 * 106 * 10
        #expect(Self.isNear(two.tokensPerSecond, 2 * 1e6 / read))
    }

    @Test("a sliding window bounds what decode reads")
    func window() {
        let ceiling = Self.roofline(window: 50).ceiling(.init(kind: .decode, tokens: 9, depth: 100))
        #expect(Self.isNear(ceiling.tokensPerSecond, 1e6 / (1400 + 50 * 10)))
    }

    static let prompts: [(tokens: Int, bytes: Double)] = [
        (1, 1400), (2, 1000 + 200 + 800 * 0.4375), (512, 2000), (1024, 1800 + 2000), (600, 1800 + 2000),
    ]

    @Test("prefill reads the weights once for each chunk, the head once", arguments: prompts)
    func prefill(tokens: Int, bytes: Double) {
        let ceiling = Self.roofline().ceiling(.init(kind: .prefill, tokens: tokens))
        // 88 tokens leave an expert out with a chance of 1e-11.
        #expect(Self.isNear(ceiling.tokensPerSecond, Double(tokens) * 1e6 / bytes))
        #expect(ceiling.limit == .memory)
    }

    @Test("the lower of the two limits is the ceiling")
    func limits() {
        let ceiling = Self.roofline(memory: 1e15, int8: 2e6).ceiling(.init(kind: .prefill, tokens: 10))
        let operations = 2.0 * (10 * 2400 + 400)
        #expect(Self.isNear(ceiling.tokensPerSecond, 10 * 2e6 / operations))
        #expect(ceiling.limit == .int8)
    }

    @Test("an expert is known by its name in every spelling; an embedding counts only as output")
    func names() throws {
        func tensor(_ name: String, _ shape: [Int]) -> TensorInfo {
            TensorInfo(
                name: name, format: .f32, shape: shape, byteOffset: 0, byteCount: 4 * shape.reduce(1, *))
        }
        let experts = [
            "blk.0.ffn_gate_exps.weight", "blk.0.ffn_down.3.weight",
            "model.layers.0.block_sparse_moe.experts.1.w1.weight", "model.layers.0.mlp.experts.gate_up_proj",
        ].map { tensor($0, [2, 4]) }
        let others = [tensor("blk.0.ffn_gate_inp.weight", [4, 4]), tensor("blk.0.ffn_norm.weight", [4])]
        let embedding = tensor("token_embd.weight", [100, 4])
        let tied = ActiveWeights(tensors: experts + others + [embedding], experts: 4, expertsPerToken: 1)
        #expect(tied.experts == .init(bytes: 4 * 32, parameters: 32))
        #expect(tied.shared == .init(bytes: 4 * 20, parameters: 16))
        #expect(tied.head == .init(bytes: 1600, parameters: 400))
        let output = tensor("output.weight", [50, 4])
        let own = ActiveWeights(
            tensors: experts + others + [embedding, output], experts: 4, expertsPerToken: 1)
        #expect(own.head == .init(bytes: 800, parameters: 200))
        // In a dense model no tensor is an expert, whatever its name.
        #expect(ActiveWeights(tensors: experts, experts: 1, expertsPerToken: 1).experts.bytes == 0)
    }

    @Test("all weights of a model are counted once, but for a token's own embedding")
    func whole() throws {
        for model in [TinyModel(), TinyModel(experts: 4, expertsPerToken: 2)] {
            let loaded = try model.load()
            let weights = ActiveWeights(loaded.source, loaded.configuration)
            let counted = weights.shared.bytes + weights.head.bytes + weights.experts.bytes
            let embedding = 4 * loaded.configuration.vocabularySize * loaded.configuration.dimension
            #expect(counted + embedding == loaded.statistics.bytes)
        }
    }
}

@Suite("Machine")
struct MachineTests {
    private static let effort = MachineSpeed.Effort(memoryBytes: 8 << 20, seconds: 0.005)

    @Test("every instruction set and number of threads gives rates", arguments: InstructionSet.available)
    func rates(instructionSet: InstructionSet) {
        for workers in [1, 3] {
            let speed = MachineSpeed.measure(
                instructionSet, ThreadPool(workers: workers), effort: Self.effort)
            for runs in [speed.memoryRuns, speed.int8Runs] {
                #expect(runs.count >= 3 && runs.allSatisfy { $0 > 0 && $0.isFinite })
            }
            #expect(!speed.int8Instructions.isEmpty)
        }
    }

    @Test("a file that cannot be opened past the cache says so")
    func disk() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path.appending("missing").string
        let error = #expect(throws: DiskSpeed.Failure.self) { _ = try DiskSpeed.measure(missing) }
        #expect(error?.description.contains("No such file") == true)
    }
}
