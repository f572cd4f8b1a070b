// `sirocco bench`: prefill and decode apart, in tokens per second.

import ArgumentParser
import Inference
import Models
import Sampling
import Tensors

struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure prefill and decode.",
        discussion:
            "Medians over the repetitions, with the range. Compare figures of one run on one machine only.")

    @OptionGroup var model: ModelArgument

    @Option(help: "Prompt tokens.")
    var prefill = 512

    @Option(help: "Tokens to generate.")
    var decode = 128

    @Option(help: "Repetitions, after one that does not count.")
    var repetitions = 5

    @OptionGroup(title: "Machine") var machine: MachineOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard prefill >= 1, decode >= 2, repetitions >= 1 else {
            throw ValidationError("--prefill and --repetitions must be at least 1, --decode at least 2")
        }
    }

    func run() async throws {
        let loaded = try model.load(machine)
        let engine = try machine.engine(loaded)
        var prefillRates: [Double] = []
        var decodeRates: [Double] = []
        for round in 0...repetitions {
            let prompt = tokens(prefill, vocabulary: loaded.configuration.vocabularySize, seed: round)
            let first = try await summary(engine, prompt, maxTokens: 1)
            let second = try await summary(engine, Array(prompt.prefix(1)), maxTokens: decode)
            guard round > 0 else { continue }  // pages of the file come in with the first
            prefillRates.append(first.prefillRate)
            decodeRates.append(second.decodeRate)
        }
        let record = Record(
            model: loaded.path, threads: machine.threads ?? ThreadPool.usableCPUs,
            kernels: "\(try machine.instructionSet())", prefill_tokens: prefill, decode_tokens: decode,
            prefill_tokens_per_second: median(prefillRates), prefill_range: range(prefillRates),
            decode_tokens_per_second: median(decodeRates), decode_range: range(decodeRates))
        if json {
            try printJSON(record)
        } else {
            print("kernels  \(record.kernels), \(record.threads) threads")
            print(line("prefill", prefill, prefillRates))
            print(line("decode", decode, decodeRates))
        }
    }

    private func summary(_ engine: Engine, _ prompt: [Int32], maxTokens: Int) async throws
        -> GenerationSummary
    {
        let request = GenerationRequest(prompt: prompt, maxTokens: maxTokens, usesPrefixCache: false)
        for try await event in try engine.generate(request) {
            if case .finished(let summary) = event { return summary }
        }
        throw CancellationError()
    }

    /// Token ids without a pattern; their values do not change the work, but routers see them.
    private func tokens(_ count: Int, vocabulary: Int, seed: Int) -> [Int32] {
        var state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int32((state >> 33) % UInt64(vocabulary))
        }
    }

    private func line(_ name: String, _ count: Int, _ rates: [Double]) -> String {
        let (low, high) = (rates.min() ?? 0, rates.max() ?? 0)
        return name.padding(to: 9)
            + "\(median(rates).rounded(1)) tok/s  (\(low.rounded(1)) to \(high.rounded(1)), "
            + "\(count) tokens, \(rates.count) runs)"
    }

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    private func range(_ values: [Double]) -> [Double] { [values.min() ?? 0, values.max() ?? 0] }

    private struct Record: Encodable {
        var model: String
        var threads: Int
        var kernels: String
        var prefill_tokens: Int
        var decode_tokens: Int
        var prefill_tokens_per_second: Double
        var prefill_range: [Double]
        var decode_tokens_per_second: Double
        var decode_range: [Double]
    }
}
