// Encoding into the K formats, whose scales are searched for: no blocks are right to the byte, so closeness is what counts.
// llama.cpp's own errors on the same rows are the measure.

import CKernels
import Foundation
import Tensors
import Testing

/// `llama_cpp.json`: rows of 256 values, and llama.cpp's error on each by format (Tests/Oracles/kernels_llama_cpp.py).
private struct LlamaErrors: Decodable {
    struct Row: Decodable {
        var kind: String
        var values: Data
    }

    var rows: [Row]
    var errors: [String: [Double]]

    static let fixture = Result {
        let url = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/llama_cpp.json")
        return try JSONDecoder().decode(LlamaErrors.self, from: Data(contentsOf: url))
    }
}

@Suite("Quantization")
struct QuantizationTests {
    static let formats = ["Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"]

    /// Root mean square of what a format makes of `values`, minus them.
    private func error(_ format: BlockFormat, _ values: [Float]) throws -> Double {
        let decoded = try format.decoded(format.encode(values))
        let sum = zip(decoded, values).reduce(0.0) {
            let difference = Double($1.0) - Double($1.1)
            return $0 + difference * difference
        }
        return (sum / Double(values.count)).squareRoot()
    }

    @Test("comes as close to a row of weights as llama.cpp's, or closer", arguments: formats)
    func closeness(name: String) throws {
        let format = try #require(BlockFormat(named: name))
        let fixture = try LlamaErrors.fixture.get()
        let theirs = try #require(fixture.errors[name])
        try #require(theirs.count == fixture.rows.count && theirs.count >= 30)
        var (sum, count) = (0.0, 0.0)
        for (row, theirs) in zip(fixture.rows, theirs) {
            let values = row.values.floats
            let ours = try error(format, values)
            let largest = Double(values.map(abs).max() ?? 0)
            // Ours weighs large values more, which a plain mean does not reward: a ramp comes out at 1.26 of theirs. And
            // a lonely value is as exact as the scale's half precision, where theirs may hit upon a power of two.
            #expect(ours <= 1.3 * theirs + 0x1p-11 * largest, "\(row.kind): \(ours) beside \(theirs)")
            if theirs > 1e-6 * largest {
                sum += log(ours / theirs)
                count += 1
            }
        }
        #expect(exp(sum / count) <= 1, "geometric mean of our error by theirs: \(exp(sum / count))")
    }

    @Test("gives zeros for zeros, and the same bytes for a row wherever it stands", arguments: formats)
    func rows(name: String) throws {
        let format = try #require(BlockFormat(named: name))
        #expect(try format.decoded(format.encode([Float](repeating: 0, count: 512))).allSatisfy { $0 == 0 })
        var random = Seeded(4)
        let (a, b) = (random.floats(256), random.floats(256))
        #expect(format.encode(a + b) == format.encode(a) + format.encode(b))
    }

    @Test("on threads is that of one thread", arguments: ["Q4_0", "Q8_0"] + formats, [1, 2, 5])
    func threads(name: String, threads: Int) throws {
        let format = try #require(BlockFormat(named: name))
        var random = Seeded(5)
        let values = random.floats(256 * 300)
        var bytes = [UInt8](repeating: 0xAA, count: try #require(format.byteCount(elements: values.count)))
        let size = bytes.count
        try bytes.withUnsafeMutableBytes {
            format.encode(
                values, count: values.count, into: try #require($0.baseAddress),
                pool: ThreadPool(workers: threads))
        }
        #expect(bytes.count == size && bytes == format.encode(values))
    }

    @Test("is the finer the more bits there are")
    func order() throws {
        var random = Seeded(6)
        let values = (0..<4096).map { _ in random.floats(12).reduce(0, +) }
        let errors = try Self.formats.map { try error(try #require(BlockFormat(named: $0)), values) }
        #expect(zip(errors, errors.dropFirst()).allSatisfy { $0 > 1.5 * $1 }, "\(errors)")
    }
}
