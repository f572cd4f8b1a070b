// Where an architecture finds its weights and hyper-parameters: a GGUF file or a Hugging Face folder.
// It knows files and names of keys; it knows no architecture's tensors.

import FoundationEssentials
package import ModelFiles
import SystemPackage

/// A model's files, opened: tensors by name, and metadata.
package enum ModelSource: Sendable {
    case gguf(GGUFFile)
    case huggingFace(SafetensorsFiles, HuggingFaceConfiguration)

    /// Opens a `.gguf` file, a `.safetensors` file, or a folder with `config.json` and safetensors.
    package static func open(_ path: String) throws(ModelError) -> ModelSource {
        do throws(ModelFileError) {
            if path.hasSuffix(".gguf") { return .gguf(try GGUFFile(path: FilePath(path))) }
            if path.hasSuffix(".safetensors") || path.hasSuffix(".json") || isFolder(path) {
                let files = try SafetensorsFiles(path: FilePath(path))
                let config = FilePath(folder(of: path)).appending("config.json")
                return .huggingFace(files, try HuggingFaceConfiguration.read(config.string))
            }
            // No telling suffix, as in caches that name files by hash: the reader looks at the first bytes.
            return .gguf(try GGUFFile(path: FilePath(path)))
        } catch { throw .unreadable(error) }
    }

    package var path: String {
        switch self {
        case .gguf(let file): file.path.string
        case .huggingFace(let files, _): files.path.string
        }
    }

    /// The architecture's name as the file spells it: `llama`, `mixtral`…
    package var architecture: String? {
        get throws(ModelError) {
            switch self {
            case .gguf(let file):
                do { return try file.metadata.string("general.architecture") } catch {
                    throw .unreadable(error)
                }
            case .huggingFace(_, let configuration): return configuration.modelType
            }
        }
    }

    package var tensors: [TensorInfo] {
        switch self {
        case .gguf(let file): file.tensors
        case .huggingFace(let files, _): files.tensors
        }
    }

    package func tensor(named name: String) -> TensorInfo? {
        switch self {
        case .gguf(let file): file.tensor(named: name)
        case .huggingFace(let files, _): files.tensor(named: name)
        }
    }

    /// The type of a tensor that is there but that no block format holds, such as `F8_E4M3`.
    package func unreadableType(ofTensor name: String) -> String? {
        switch self {
        case .gguf: nil  // its reader refuses files with types it does not know
        case .huggingFace(let files, _): files.unreadable[name]
        }
    }

    /// The tensor's bytes; valid as long as this source lives.
    package func bytes(of tensor: TensorInfo) -> UnsafeRawBufferPointer {
        switch self {
        case .gguf(let file): file.bytes(of: tensor)
        case .huggingFace(let files, _): files.bytes(of: tensor)
        }
    }

    /// The folder that holds the model's other files.
    package var folder: String { ModelSource.folder(of: path) }

    private static func folder(of path: String) -> String {
        isFolder(path) ? path : FilePath(path).removingLastComponent().string
    }

    private static func isFolder(_ path: String) -> Bool {
        var isDirectory = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory
    }
}

/// `config.json` of a Hugging Face folder, as far as the llama family needs it.
package struct HuggingFaceConfiguration: Sendable, Decodable {
    package var modelType: String
    package var vocabSize: Int
    package var hiddenSize: Int
    package var intermediateSize: Int
    package var numHiddenLayers: Int
    package var numAttentionHeads: Int
    package var numKeyValueHeads: Int?
    package var headDim: Int?
    package var maxPositionEmbeddings: Int
    package var rmsNormEps: Double
    package var hiddenAct: String?
    package var numLocalExperts: Int?
    package var numExpertsPerTok: Int?
    package var slidingWindow: Int?
    package var tieWordEmbeddings: Bool?
    package var ropeTheta: Double?
    package var ropeScaling: Rope?
    /// The newer place of `rope_theta` and `rope_scaling`.
    package var ropeParameters: Rope?

    package struct Rope: Sendable, Decodable {
        package var ropeTheta: Double?
        package var ropeType: String?
        /// The older spelling of `rope_type`.
        package var type: String?
        package var factor: Double?
        package var lowFreqFactor: Double?
        package var highFreqFactor: Double?
        package var originalMaxPositionEmbeddings: Double?
    }

    /// A key as the file spells it: the decoder knows it in camel case only.
    private static func spelled(_ key: any CodingKey) -> String {
        key.stringValue.map { $0.isUppercase ? "_\($0.lowercased())" : String($0) }.joined()
    }

    static func read(_ path: String) throws(ModelFileError) -> HuggingFaceConfiguration {
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Self.self, from: Data(contentsOf: URL(filePath: path)))
        } catch let DecodingError.keyNotFound(key, _) {
            throw ModelFileError(.invalid, file: path, item: "key \(spelled(key))", "is missing")
        } catch let DecodingError.typeMismatch(_, context), let DecodingError.valueNotFound(_, context),
            let DecodingError.dataCorrupted(context)
        {
            let key = context.codingPath.map(spelled).joined(separator: ".")
            throw ModelFileError(.invalid, file: path, item: "key \(key)", context.debugDescription)
        } catch {
            throw ModelFileError(
                .cannotOpen, file: path, item: nil,
                "cannot be read; a folder of safetensors needs its config.json beside it")
        }
    }
}
