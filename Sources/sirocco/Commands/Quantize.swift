// `sirocco quantize`: the same model in another block format.

import ArgumentParser
import FoundationEssentials
import ModelFiles
import SystemPackage
import Tensors
import Training

struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a model in another block format.",
        discussion: """
            Matrices become FORMAT; norms, biases and routers stay as they are. The matrix that makes logits keeps at \
            least Q6_K, unless it comes in less. Rows that do not fill whole blocks get the next larger format that fits.

            Nothing is gained by more bits than a model comes in. MODEL@FORMAT, wherever a command takes a MODEL, does \
            the same and keeps the result beside your store.
            """)

    @OptionGroup var model: ModelArgument

    @Option(
        help: ArgumentHelp(
            "\(Requantization.formats.map { $0.name.lowercased() }.joined(separator: ", ")).",
            valueName: "format"))
    var to: String

    @Option(name: .shortAndLong, help: "The file to write, a .gguf.")
    var output: String

    @Option(name: .shortAndLong, help: "Threads that compute (default: all CPUs this process may use).")
    var threads: Int?

    @Flag(help: "Print one JSON object: every tensor, with its formats before and after.")
    var json = false

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads); expected 1 to 1024")
        }
        do { _ = try Requantization(to: to) } catch { throw ValidationError("--to \(to): \(error)") }
    }

    func run() throws {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw CommandError("\(output): this is there already; remove it or choose another name")
        }
        let path = FilePath(try model.path())
        guard path.extension == "gguf" || !FileManager.default.fileExists(atPath: "\(path)/config.json")
        else {
            throw CommandError("\(model.model): only GGUF files can be requantized, and this is a folder")
        }
        var requantization = try Requantization(to: to)
        if let threads { requantization.threads = threads }
        let file = try GGUFFile(path: path)
        let choices = try PackedWeights.working("writing \(output)") { progress in
            try requantization.write(file, to: FilePath(output), progress: progress)
        }
        let summary = Summary(choices, format: requantization.format, output: output)
        if json {
            try printJSON(summary)
        } else {
            for line in summary.lines { print(line) }
            Note.write("Try: sirocco run \(output) \"Hello\"")
        }
    }
}

/// What a requantized file holds, as it is printed.
private struct Summary: Encodable {
    struct Tensor: Encodable {
        var name: String
        var shape: [Int]
        var from: String
        var to: String
        var reason: String
    }

    var output: String
    var format: String
    var weights: Int
    var bits_per_weight: Double
    var tensors: [Tensor]

    init(_ choices: [TensorChoice], format: BlockFormat, output: String) {
        self.output = output
        self.format = format.name
        weights = choices.reduce(0) { $0 + $1.tensor.elementCount }
        let bits = choices.reduce(0) { $0 + Double($1.tensor.elementCount) * $1.format.bitsPerWeight }
        bits_per_weight = bits / Double(weights)
        tensors = choices.map {
            Tensor(
                name: $0.tensor.name, shape: $0.tensor.shape, from: $0.tensor.format.name, to: $0.format.name,
                reason: $0.reason.rawValue)
        }
    }

    /// One line for each format and reason, then the whole.
    var lines: [String] {
        struct Kind: Hashable {
            var format: String
            var reason: String
        }
        var order: [Kind] = []
        var counts: [Kind: (tensors: Int, weights: Int)] = [:]
        for tensor in tensors {
            let kind = Kind(format: tensor.to, reason: tensor.reason)
            if counts[kind] == nil { order.append(kind) }
            counts[kind, default: (0, 0)].tensors += 1
            counts[kind, default: (0, 0)].weights += tensor.shape.reduce(1, *)
        }
        let block = BlockFormat(named: format)?.blockElements ?? 1
        let rows = order.map { kind in
            let (count, weights) = counts[kind] ?? (0, 0)
            let share = (1000 * Double(weights) / Double(self.weights)).rounded() / 10
            let why =
                switch TensorChoice.Reason(rawValue: kind.reason) {
                case .asked, nil: "as asked"
                case .output: "makes the logits"
                case .rows: "rows that are no multiple of \(block)"
                case .kept: "norms and the like, kept"
                }
            return kind.format.padding(to: 6) + "\(count)".leftPadding(to: 5)
                + (count == 1 ? " tensor,  " : " tensors, ") + "\(share) %".leftPadding(to: 7)
                + " of the weights: "
                + why
        }
        let bits = (100 * bits_per_weight).rounded() / 100
        return rows + ["\(output): \(weights / 1_000_000) M weights at \(bits) bits on average"]
    }
}
