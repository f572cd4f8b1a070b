// `sirocco show`: what a model is and what it needs.

import ArgumentParser
import Inference
import Models
import Tensors

struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe a model: architecture, parameters, formats, memory.")

    @OptionGroup var model: ModelArgument

    @Option(name: .shortAndLong, help: "Tokens of context to reckon memory for (default: the model's own).")
    var context: Int?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let loaded = try LoadedModel(path: try model.path())
        let shape = loaded.configuration
        let positions = context ?? shape.contextLength
        guard positions >= 1, positions <= shape.contextLength else {
            throw CommandError(
                "--context \(positions): this model takes 1 to \(shape.contextLength) tokens")
        }
        let record = Record(loaded, context: positions)
        if json { try printJSON(record) } else { print(table(record)) }
    }

    private func table(_ record: Record) -> String {
        let formats = record.formats.map { "\($0.name) \(($0.share * 100).rounded(1)) %" }.joined(
            separator: ", ")
        var rows: [(String, String)] = []
        if let name = record.name { rows.append(("name", name)) }
        rows += [
            ("file", record.path),
            (
                "architecture",
                record.experts > 1
                    ? "\(record.architecture), mixture of experts" : "\(record.architecture), dense"
            ),
            (
                "parameters",
                "\(count(record.parameters)) in all, \(count(record.active_parameters)) active per token"
            ),
        ]
        if record.experts > 1 {
            rows.append(("experts", "\(record.experts) in each layer, \(record.experts_per_token) per token"))
        }
        rows += [
            ("layers", "\(record.layers) of width \(record.dimension), feed-forward \(record.feed_forward)"),
            (
                "attention",
                "\(record.heads) heads of \(record.head_dimension), \(record.kv_heads) key/value heads"
            ),
            ("vocabulary", "\(record.vocabulary) tokens"),
            ("formats", formats),
            ("context", "\(record.context_length) tokens"),
            (
                "memory",
                "\(bytes(record.weight_bytes)) weights + \(bytes(record.cache_bytes)) cache at \(record.context) tokens"
            ),
            ("prompt format", record.prompt_format ?? "none: the model continues text"),
        ]
        return rows.map { $0.0.padding(to: 15) + $0.1 }.joined(separator: "\n")
    }

    private func count(_ value: Int) -> String {
        switch value {
        case 1_000_000_000...: "\((Double(value) / 1e9).rounded(2)) billion"
        case 1_000_000...: "\((Double(value) / 1e6).rounded(1)) million"
        default: "\(value)"
        }
    }

    private func bytes(_ value: Int) -> String {
        value >= 1 << 30
            ? "\((Double(value) / Double(1 << 30)).rounded(2)) GiB"
            : "\((Double(value) / Double(1 << 20)).rounded(1)) MiB"
    }

    private struct Record: Encodable {
        struct Format: Encodable {
            var name: String
            var share: Double
        }

        var name: String?
        var path: String
        var architecture: String
        var parameters, active_parameters, layers, dimension, feed_forward, heads, kv_heads,
            head_dimension: Int
        var experts, experts_per_token, vocabulary, context_length, context, weight_bytes, cache_bytes: Int
        var formats: [Format]
        var prompt_format: String?

        init(_ loaded: LoadedModel, context: Int) {
            let shape = loaded.configuration
            let weights = loaded.statistics
            name = loaded.name
            path = loaded.path
            architecture = shape.architecture
            parameters = weights.parameters
            active_parameters = loaded.activeParameters
            layers = shape.layers
            dimension = shape.dimension
            feed_forward = shape.feedForward
            heads = shape.heads
            kv_heads = shape.kvHeads
            head_dimension = shape.headDimension
            experts = shape.experts
            experts_per_token = shape.expertsPerToken
            vocabulary = shape.vocabularySize
            context_length = shape.contextLength
            self.context = context
            weight_bytes = weights.bytes
            cache_bytes = loaded.cacheBytes(context: context)
            formats = weights.parametersByFormat.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map {
                Format(name: $0.key, share: Double($0.value) / Double(weights.parameters))
            }
            prompt_format = loaded.promptFormat?.name
        }
    }
}

extension String {
    /// Filled with spaces on the right to `width` characters.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
    /// Filled with spaces on the left.
    func leftPadding(to width: Int) -> String {
        String(repeating: " ", count: Swift.max(0, width - count)) + self
    }
}
