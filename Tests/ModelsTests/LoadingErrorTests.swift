// What is said about a file that cannot be run: one line each, whole. Every case is a fixture with one
// thing changed, so the change alone is what is refused.

import Foundation
import ModelFiles
import Models
import SystemPackage
import Tensors
import TestSupport
import Testing

@Suite("Models that cannot be run")
struct LoadingErrorTests {
    // MARK: GGUF

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let model: String
        let code: ModelError.Code
        /// After the path.
        let message: String
        let change: @Sendable (inout GGUFWriter) -> Void

        init(
            _ description: String, model: String = "llama-odd-heads/f32.gguf", _ code: ModelError.Code,
            _ message: String, _ change: @escaping @Sendable (inout GGUFWriter) -> Void
        ) {
            (testDescription, self.model, self.code, self.message) = (description, model, code, message)
            self.change = change
        }
    }

    static let mixtral = "mixtral-3-top-1/per-expert.gguf"
    static let stacked = "mixtral-16-top-4/f32.gguf"

    static let tensorCases = [
        Case(
            "a missing tensor", .missingTensor,
            "tensor blk.1.attn_k.weight is missing; is this file complete?"
        ) { $0.remove("blk.1.attn_k.weight") },
        Case(
            "a missing expert", model: mixtral, .missingTensor,
            "tensor blk.0.ffn_up.2.weight is missing; is this file complete?"
        ) { $0.remove("blk.0.ffn_up.2.weight") },
        Case(
            "a missing embedding", .missingTensor,
            "tensor token_embd.weight is missing or no matrix; is this file complete?"
        ) { $0.remove("token_embd.weight") },
        Case(
            "a matrix with a row too few", .wrongShape,
            "tensor blk.0.attn_q.weight: expected [40, 28], found [39, 28]; is this file truncated, or do its "
                + "hyper-parameters lie?"
        ) { $0.replace("blk.0.attn_q.weight", shape: [39, 28]) },
        Case(
            "a stack with an expert too few", model: stacked, .wrongShape,
            "tensor blk.1.ffn_gate_exps.weight: expected [16, 12, 16], found [15, 12, 16]; is this file "
                + "truncated, or do its hyper-parameters lie?"
        ) { $0.replace("blk.1.ffn_gate_exps.weight", shape: [15, 12, 16]) },
        Case(
            "a bias", .unsupportedFeature,
            "tensor blk.0.attn_q.bias: this architecture has no such weights here; leaving them out would "
                + "give wrong answers"
        ) { $0.add("blk.0.attn_q.bias", shape: [40]) },
        Case(
            "more layers than announced", .unsupportedFeature,
            "tensor blk.1.attn_q.weight and 8 more: this architecture has no such weights here; leaving "
                + "them out would give wrong answers"
        ) { $0.metadata["llama.block_count"] = .uint32(1) },
        Case(
            "a quantized router", model: "mixtral-q8-0/quantized.gguf", .unsupportedFormat,
            "tensor blk.0.ffn_gate_inp.weight: a router must be F32, F16 or BF16, found Q8_0; convert the "
                + "model again"
        ) { $0.replace("blk.0.ffn_gate_inp.weight", shape: [4, 32], format: "Q8_0") },
        Case(
            "a matrix in a format without kernels", .unsupportedFormat,
            "tensor blk.0.attn_v.weight: cannot compute with format I8 in rows of 28; use a file in one of "
                + BlockFormat.all.filter(\.isDecodable).map(\.name).joined(separator: ", ")
        ) { $0.replace("blk.0.attn_v.weight", shape: [10, 28], format: "I8") },
        Case(
            "frequency divisors of zero", model: "llama-tied-llama3/f32.gguf", .badValue,
            "tensor rope_freqs.weight: divisors must be positive numbers"
        ) { $0.replace("rope_freqs.weight", shape: [3]) },
        Case(
            "frequency divisors in half precision", model: "llama-tied-llama3/f32.gguf", .unsupportedFormat,
            "tensor rope_freqs.weight: expected F32, found F16; convert the model again"
        ) { $0.replace("rope_freqs.weight", shape: [3], format: "F16") },
    ]

    static let keyCases = [
        Case(
            "no architecture", .missingKey, "key general.architecture is missing; is this a language model?"
        ) { $0.metadata["general.architecture"] = nil },
        Case(
            "an unknown architecture", .unsupportedArchitecture,
            "architecture mamba is not supported; Sirocco runs llama, mistral, mixtral"
        ) { $0.metadata["general.architecture"] = .string(Array("mamba".utf8)) },
        Case(
            "a missing key", .missingKey,
            "key llama.feed_forward_length is missing; is this file from a recent converter?"
        ) { $0.metadata["llama.feed_forward_length"] = nil },
        Case("no heads", .badValue, "key llama.attention.head_count is 0; expected at least 1") {
            $0.metadata["llama.attention.head_count"] = .uint32(0)
        },
        Case(
            "heads that are no multiple of key/value heads", .badValue,
            "4 heads cannot share 3 key/value heads evenly"
        ) { $0.metadata["llama.attention.head_count_kv"] = .uint32(3) },
        Case(
            "no key/value heads", .badValue, "key/value head count is 0; expected 1 to 16777216"
        ) { $0.metadata["llama.attention.head_count_kv"] = .uint32(0) },
        Case("more layers than any model", .badValue, "layer count is 4294967295; expected 1 to 16777216") {
            $0.metadata["llama.block_count"] = .uint32(.max)
        },
        Case(
            "no experts per token", model: mixtral, .badValue,
            "experts per token is 0; expected 1 to 16777216"
        ) {
            $0.metadata["llama.expert_used_count"] = .uint32(0)
        },
        Case(
            "more experts than there could be", model: mixtral, .badValue,
            "65536 experts; expected at most 1024"
        ) { $0.metadata["llama.expert_count"] = .uint32(65_536) },
        Case(
            "more experts per token than there could be", model: mixtral, .badValue,
            "65 experts per token; expected at most 64"
        ) { $0.metadata["llama.expert_used_count"] = .uint32(65) },
        Case(
            "more experts per token than experts", model: mixtral, .badValue,
            "4 experts per token, but only 3 experts"
        ) { $0.metadata["llama.expert_used_count"] = .uint32(4) },
        Case(
            "experts, but not how many are used", model: mixtral, .missingKey,
            "key llama.expert_used_count is missing; is this file from a recent converter?"
        ) { $0.metadata["llama.expert_used_count"] = nil },
        Case(
            "an odd rotary dimension", .badValue,
            "rotary dimension 9 must be even and at most the head dimension 10"
        ) { $0.metadata["llama.rope.dimension_count"] = .uint32(9) },
        Case(
            "a rotary dimension beyond the head", .badValue,
            "rotary dimension 12 must be even and at most the head dimension 10"
        ) { $0.metadata["llama.rope.dimension_count"] = .uint32(12) },
        Case("a rotary base of zero", .badValue, "rotary base is 0.0; expected a positive number") {
            $0.metadata["llama.rope.freq_base"] = .float32(0)
        },
        Case(
            "a norm without epsilon", .badValue, "norm epsilon is 0.0; expected a small positive number"
        ) { $0.metadata["llama.attention.layer_norm_rms_epsilon"] = .float32(0) },
        Case(
            "values of another length than keys", .unsupportedFeature,
            "values of length 8 beside keys of length 10 are not supported"
        ) { $0.metadata["llama.attention.value_length"] = .uint32(8) },
        Case(
            "an unknown rope scaling", .unsupportedFeature,
            "key llama.rope.scaling.type: yarn is not supported; Sirocco knows none and linear"
        ) { $0.metadata["llama.rope.scaling.type"] = .string(Array("yarn".utf8)) },
        Case(
            "a scaling factor of zero", model: "llama-linear-f16/f16.gguf", .badValue,
            "key llama.rope.scaling.factor is 0.0; expected a positive number"
        ) { $0.metadata["llama.rope.scaling.factor"] = .float32(0) },
        Case(
            "a key of another type", .unreadable,
            "key llama.block_count: expected an integer, found string"
        ) { $0.metadata["llama.block_count"] = .string([50]) },
    ]

    @Test("A GGUF file with wrong tensors is refused in one line", arguments: tensorCases)
    func tensors(_ test: Case) throws { try check(test) }

    @Test("A GGUF file with wrong keys is refused in one line", arguments: keyCases)
    func keys(_ test: Case) throws { try check(test) }

    private func check(_ test: Case) throws {
        let folder = try TemporaryFolder()
        let file = try GGUFFile(
            path: FilePath(ModelFixture.folder().appending(path: test.model).path))
        var writer = GGUFWriter(
            metadata: file.metadata, tensors: file.tensors.map { TensorSource(copying: $0, of: file) })
        test.change(&writer)
        let path = folder.path.appending("model.gguf")
        try writer.write(to: path)
        try expectError(test.code, "\(path): \(test.message)", loading: path.string)
    }

    @Test("A fixture that is only written again loads")
    func unchanged() throws {
        let folder = try TemporaryFolder()
        let file = try GGUFFile(path: FilePath(ModelFixture.float[0].path))
        let path = folder.path.appending("model.gguf")
        try GGUFWriter(
            metadata: file.metadata, tensors: file.tensors.map { TensorSource(copying: $0, of: file) }
        ).write(to: path)
        let tokens = try ModelFixture.float[0].expected().tokens
        let model = try ModelRegistry.load(ModelSource.open(path.string))
        #expect(evaluate(model, tokens) == evaluate(try ModelFixture.float[0].load(), tokens))
    }

    // MARK: Hugging Face

    struct FolderCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var model = "llama-odd-heads/hf"
        let code: ModelError.Code
        /// After the folder's path.
        let message: String
        /// Keys of `config.json` to change, as JSON; an empty one is removed.
        var keys: [String: String] = [:]
        var removedTensor: String?
    }

    static let folderCases = [
        FolderCase(
            testDescription: "an unknown model type", code: .unsupportedArchitecture,
            message: ": architecture gpt2 is not supported; Sirocco runs llama, mistral, mixtral",
            keys: ["model_type": "\"gpt2\""]),
        FolderCase(
            testDescription: "another activation", code: .unsupportedFeature,
            message: ": config.json: hidden_act gelu is not supported, only silu",
            keys: ["hidden_act": "\"gelu\""]),
        FolderCase(
            testDescription: "an unknown rope scaling", code: .unsupportedFeature,
            message:
                ": config.json: rope type yarn is not supported; Sirocco knows default, linear and llama3",
            keys: ["rope_parameters": #"{"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0}"#]),
        FolderCase(
            testDescription: "a rope scaling without its factor", code: .missingKey,
            message: ": config.json: rope scaling needs a positive factor",
            keys: ["rope_parameters": #"{"rope_type": "linear", "rope_theta": 10000.0}"#]),
        FolderCase(
            testDescription: "llama3 scaling whose ramp has no width", model: "llama-tied-llama3/hf",
            code: .badValue,
            message: ": config.json: low_freq_factor must be below high_freq_factor",
            keys: [
                "rope_parameters": #"{"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "#
                    + #""low_freq_factor": 4.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}"#
            ]),
        FolderCase(
            testDescription: "a window of nothing", model: "mistral-window/hf", code: .badValue,
            message: ": sliding window is 0; expected at least 1", keys: ["sliding_window": "0"]),
        FolderCase(
            testDescription: "more experts per token than experts", model: "mixtral-3-top-1/hf",
            code: .badValue,
            message: ": 4 experts per token, but only 3 experts", keys: ["num_experts_per_tok": "4"]),
        FolderCase(
            testDescription: "a missing key", code: .unreadable,
            message: "/config.json: key hidden_size: is missing", keys: ["hidden_size": ""]),
        FolderCase(
            testDescription: "a head that is missing though nothing ties it", code: .missingTensor,
            message: ": tensor lm_head.weight is missing; is this file complete?",
            removedTensor: "lm_head.weight"),
        FolderCase(
            testDescription: "a missing expert", model: "mixtral-3-top-1/hf", code: .missingTensor,
            message: ": tensor model.layers.1.block_sparse_moe.experts.2.w3.weight is missing; is this file "
                + "complete?", removedTensor: "model.layers.1.block_sparse_moe.experts.2.w3.weight"),
    ]

    @Test("A Hugging Face folder that cannot be run is refused in one line", arguments: folderCases)
    func folders(_ test: FolderCase) throws {
        let folder = try TemporaryFolder()
        let original = try ModelFixture.folder().appending(path: test.model)
        let data = try Data(contentsOf: original.appending(path: "config.json"))
        var config = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        for (key, json) in test.keys {
            config[key] =
                json.isEmpty
                ? nil : try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
        }
        try JSONSerialization.data(withJSONObject: config)
            .write(to: URL(filePath: folder.path.appending("config.json").string))
        let file = try SafetensorsFiles(path: FilePath(original.appending(path: "model.safetensors").path))
        let tensors = file.tensors.filter { $0.name != test.removedTensor }.map { tensor in
            TensorSource(
                name: tensor.name, format: tensor.format, shape: tensor.shape,
                bytes: Array(file.bytes(of: tensor)))
        }
        try SafetensorsWriter(tensors: tensors).write(to: folder.path.appending("model.safetensors"))
        try expectError(test.code, folder.path.string + test.message, loading: folder.path.string)
    }

    @Test(
        "A tensor of a type without a block format is called by it, and not missing",
        arguments: ["model.layers.0.mlp.up_proj.weight", "lm_head.weight"])
    func unreadableType(_ name: String) throws {
        let folder = try TemporaryFolder()
        let original = try ModelFixture.folder().appending(path: "llama-odd-heads/hf")
        try FileManager.default.copyItem(
            atPath: original.appending(path: "config.json").path,
            toPath: folder.path.appending("config.json").string)
        // U32 takes as many bytes as F32, so one word of the header makes another type of the tensor.
        var file = try Data(contentsOf: original.appending(path: "model.safetensors"))
        let start = try #require(file.range(of: Data("\"\(name)\"".utf8))).upperBound
        let type = try #require(file.range(of: Data("\"F32\"".utf8), in: start..<start + 40))
        file.replaceSubrange(type, with: Data("\"U32\"".utf8))
        try file.write(to: URL(filePath: folder.path.appending("model.safetensors").string))
        let error = #expect(throws: ModelError.self) {
            try ModelRegistry.load(ModelSource.open(folder.path.string))
        }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.description.contains("tensor \(name): cannot compute with format U32; use") == true)
    }

    private func expectError(_ code: ModelError.Code, _ message: String, loading path: String) throws {
        let error = #expect(throws: ModelError.self) { try ModelRegistry.load(ModelSource.open(path)) }
        #expect(error?.code == code)
        #expect(error?.description == message)
    }
}

// MARK: - Changes

extension GGUFWriter {
    mutating func remove(_ name: String) { tensors.removeAll { $0.name == name } }

    /// Adds a tensor of zeros.
    mutating func add(_ name: String, shape: [Int], format: String = "F32") {
        guard let format = BlockFormat.all.first(where: { $0.name == format }),
            let size = format.byteCount(elements: shape.reduce(1, *))
        else { fatalError("no format \(format) for \(shape)") }
        tensors.append(
            TensorSource(name: name, format: format, shape: shape, bytes: [UInt8](repeating: 0, count: size)))
    }

    mutating func replace(_ name: String, shape: [Int], format: String = "F32") {
        precondition(tensors.contains { $0.name == name })
        remove(name)
        add(name, shape: shape, format: format)
    }
}
