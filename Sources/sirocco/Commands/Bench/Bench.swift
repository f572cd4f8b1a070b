// `sirocco bench`: prefill and decode apart, beside what the machine could do at best. This file owns the
// options; what is measured is in BenchSession, what a figure is held against in Roofline.

package import ArgumentParser
import FoundationEssentials
import Inference
import Models
package import Tensors

package struct Bench: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Measure prefill and decode, and hold them against the machine's limits.",
        discussion: """
            Medians over the repetitions with the range, the ceiling that follows from the model's active bytes and \
            this machine's memory and int8 rates, and the fraction of it that was reached. docs/performance.md \
            explains how to read it. Compare figures of one machine only, and of a quiet one.
            """)

    @OptionGroup var model: ModelArgument

    @Option(help: ArgumentHelp("Prompt tokens; 0 leaves prefill out.", valueName: "n[,n…]"))
    var prefill = Counts([512])

    @Option(help: "Tokens to generate; 0 leaves decode out.")
    var decode = 128

    @Option(help: ArgumentHelp("Tokens in the cache before decode.", valueName: "n[,n…]"))
    var depth = Counts([0])

    @Option(help: ArgumentHelp("Sequences decoded together.", valueName: "n[,n…]"))
    var sequences = Counts([1])

    @Option(help: "Repetitions, after one that does not count.")
    var repetitions = 5

    @Flag(inversion: .prefixedNo, help: "Measure the machine too, which takes about two seconds.")
    var machine = true

    @Option(
        help: ArgumentHelp("Compare with what --json printed before.", valueName: "previous.json"),
        completion: .file(extensions: ["json"]))
    var compare: String?

    @OptionGroup(title: "Machine") var options: MachineOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    package init() {}

    package func validate() throws {
        guard repetitions >= 1 else { throw ValidationError("--repetitions must be at least 1") }
        guard decode >= 0, decode <= Counts.limit else {
            throw ValidationError("--decode is \(decode); expected 0 to \(Counts.limit)")
        }
        guard sequences.values.allSatisfy({ (1...1024).contains($0) }) else {
            throw ValidationError("--sequences: expected 1 to 1024")
        }
        if plan.isEmpty { throw ValidationError("--prefill 0 and --decode 0 leave nothing to measure") }
    }

    package func run() async throws {
        let previous = try compare.map { try BenchRecord.read($0) }
        let progress = BenchProgress()
        var record = try await measure(progress)
        progress.finish()
        if let previous { record.compare(with: previous) }
        if json {
            try printJSON(record)
        } else {
            print(BenchTable.render(record, coloured: Terminal.showsColour(.output)))
        }
    }

    /// What the options ask for.
    var plan: [BenchMeasurement.Task] {
        var plan: [BenchMeasurement.Task] = []
        for tokens in prefill.values where tokens > 0 {
            plan.append(.init(kind: .prefill, tokens: tokens, depth: 0, sequences: 1))
        }
        guard decode > 0 else { return plan }
        for depth in depth.values {
            for sequences in sequences.values {
                plan.append(.init(kind: .decode, tokens: decode, depth: depth, sequences: sequences))
            }
        }
        return plan
    }

    /// Measures the machine, then the model.
    package func measure(
        _ progress: BenchProgress = BenchProgress(), effort: MachineSpeed.Effort = .init()
    ) async throws -> BenchRecord {
        let loaded = try model.load(options)
        let instructionSet = try options.instructionSet()
        let threads = options.threads ?? ThreadPool.usableCPUs
        let engine = try BenchSession(loaded, plan, options).start()
        var machineRecord: BenchRecord.Machine?
        if machine {
            progress.show("measuring the machine")
            machineRecord = BenchRecord.Machine(
                MachineSpeed.measure(instructionSet, ThreadPool(workers: threads), effort: effort),
                disk: diskSpeed(loaded))
        }
        var record = BenchRecord(
            loaded, kernels: "\(instructionSet)", threads: threads, kv: options.kv, machine: machineRecord)
        let roofline = Roofline(
            record, ActiveWeights(loaded.source, loaded.configuration), loaded.configuration)
        try await engine.warmUp(progress)
        for task in plan {
            let runs = try await engine.run(task, repetitions: repetitions, progress)
            record.add(BenchMeasurement(task, runs: runs, ceiling: roofline?.ceiling(task)))
        }
        record.addCacheRates(window: loaded.configuration.slidingWindow)
        return record
    }

    private func diskSpeed(_ loaded: LoadedModel) -> Result<Double, DiskSpeed.Failure> {
        Result { () throws(DiskSpeed.Failure) in try DiskSpeed.measure(loaded.largestFile) }
    }
}

/// Numbers separated by commas, none below 0.
package struct Counts: ExpressibleByArgument {
    /// Larger than any context there is; keeps sums far from overflow.
    static let limit = 1 << 24
    package let values: [Int]

    init(_ values: [Int]) { self.values = values }

    package init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard !parts.isEmpty, parts.allSatisfy({ $0.map { (0...Self.limit).contains($0) } ?? false }) else {
            return nil
        }
        values = parts.compactMap { $0 }
    }

    package var defaultValueDescription: String { values.map { "\($0)" }.joined(separator: ",") }
}

extension LoadedModel {
    /// The file that holds most of the weights.
    fileprivate var largestFile: String {
        // Of a file there are no contents.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        func size(_ file: String) -> Int {
            (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0
        }
        return files.map { path + "/" + $0 }.max { size($0) < size($1) } ?? path
    }
}
