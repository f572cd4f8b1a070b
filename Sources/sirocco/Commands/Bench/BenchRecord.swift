// What `sirocco bench --json` prints and `--compare` reads. Names are stable: docs/performance.md lists them,
// Benchmarks/compare relies on them.

import FoundationEssentials
import Inference
import Models
import SystemPackage
package import Tensors

/// One benchmark with what its figures need to mean anything.
package struct BenchRecord: Codable, Sendable, Equatable {
    /// This format; another number is another format.
    static let format = "sirocco-bench-1"

    package struct Machine: Codable, Sendable, Equatable {
        package var memory_bytes_per_second: Double
        package var memory_runs: [Double]
        package var int8_operations_per_second: Double
        package var int8_runs: [Double]
        package var int8_instructions: String
        package var disk_bytes_per_second: Double?
        /// Why there is no disk rate.
        package var disk_note: String?

        package init(_ speed: MachineSpeed, disk: Result<Double, DiskSpeed.Failure>) {
            memory_bytes_per_second = speed.memoryBytesPerSecond
            memory_runs = speed.memoryRuns
            int8_operations_per_second = speed.int8OperationsPerSecond
            int8_runs = speed.int8Runs
            int8_instructions = speed.int8Instructions
            switch disk {
            case .success(let rate): disk_bytes_per_second = rate
            case .failure(let failure): disk_note = failure.description
            }
        }
    }

    package var format: String
    package var version: String
    /// When it was measured, ISO 8601.
    package var date: String
    package var model: String
    package var name: String?
    package var threads: Int
    package var kernels: String
    package var kv_type: String
    /// Whether the weights were packed; nil in records that are older.
    package var packed: Bool?
    package var parameters: Int
    package var active_parameters: Int
    /// Bytes of weights that one token reads.
    package var active_bytes: Int
    package var cache_bytes_per_position: Int
    /// Nil with --no-machine.
    package var machine: Machine?
    package var measurements: [BenchMeasurement] = []
    /// With --compare.
    package var comparison: [BenchChange]?

    // The first prefill and the first decode, for scripts that want two numbers.
    package var prefill_tokens: Int?
    package var prefill_tokens_per_second: Double?
    package var prefill_range: [Double]?
    package var decode_tokens: Int?
    package var decode_tokens_per_second: Double?
    package var decode_range: [Double]?

    init(_ loaded: LoadedModel, kernels: String, threads: Int, kv: KVType, machine: Machine?) {
        let weights = ActiveWeights(loaded.source, loaded.configuration)
        format = Self.format
        version = Sirocco.version
        date = Date.now.formatted(.iso8601)
        model = loaded.path
        name = loaded.name
        self.threads = threads
        self.kernels = kernels
        kv_type = kv.rawValue
        packed = loaded.isPacked
        parameters = loaded.statistics.parameters
        active_parameters = Int(weights.multiplications(tokens: 1, logits: 1))
        active_bytes = Int(weights.bytes(tokens: 1, logits: 1))
        cache_bytes_per_position =
            loaded.cacheBytes(context: KVType.pagePositions, type: kv) / KVType.pagePositions
        self.machine = machine
    }

    mutating func add(_ measurement: BenchMeasurement) {
        measurements.append(measurement)
        switch measurement.kind {
        case .prefill where prefill_tokens == nil:
            prefill_tokens = measurement.tokens
            prefill_tokens_per_second = measurement.tokens_per_second
            prefill_range = measurement.range
        case .decode where decode_tokens == nil:
            decode_tokens = measurement.tokens
            decode_tokens_per_second = measurement.tokens_per_second
            decode_range = measurement.range
        default: break
        }
    }

    /// Reckons how fast attention read the cache, for decode at a depth that was also measured without.
    mutating func addCacheRates(window: Int?) {
        for index in measurements.indices {
            let rates = measurements.compactMap {
                measurements[index].cacheRate(
                    over: $0, bytesPerPosition: cache_bytes_per_position, window: window)
            }
            measurements[index].cache_bytes_per_second = rates.first
        }
    }

    /// Holds each measurement against the same work in `previous`.
    package mutating func compare(with previous: BenchRecord) {
        comparison = measurements.map { new in
            BenchChange(old: previous.measurements.first { $0.task == new.task }, new: new)
        }
        notes = [
            (
                "the model", fileName(previous.model),
                fileName(model)
            ),
            ("threads", "\(previous.threads)", "\(threads)"), ("kernels", previous.kernels, kernels),
            ("the cache's type", previous.kv_type, kv_type),
            ("packed weights", Self.answer(previous.packed), Self.answer(packed)),
        ].filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1) then, \($0.2) now" }
    }

    private static func answer(_ value: Bool?) -> String { value ?? false ? "yes" : "no" }

    /// With --compare: what else than the program differs from then.
    package var notes: [String]?

    package static func read(_ path: String) throws -> BenchRecord {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("--compare \(path): there is no such file, or it cannot be read")
        }
        struct Head: Decodable { let format: String? }
        guard let head = try? JSONDecoder().decode(Head.self, from: data) else {
            throw CommandError("--compare \(path): this is not what `sirocco bench --json` prints")
        }
        guard head.format == format else {
            throw CommandError(
                "--compare \(path): format \(head.format ?? "without a name"), expected \(format); "
                    + "measure again with this version of sirocco")
        }
        do { return try JSONDecoder().decode(BenchRecord.self, from: data) } catch {
            throw CommandError(
                "--compare \(path): \(format) with something missing or wrong; is it complete?")
        }
    }
}

/// The last component of a path.
func fileName(_ path: String) -> String { FilePath(path).lastComponent?.string ?? path }
