// Encoding speed, printed beside what Tests/Oracles/tokenizers_speed.py prints for the reference libraries.

import Foundation
import Testing
import Tokenizers

@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["SIROCCO_TOKENIZER_SPEED"] != nil))
struct SpeedTests {
    @Test("Encoding speed over the file that SIROCCO_TOKENIZER_SPEED names", arguments: [0, 1, 2])
    func speed(_ vocabulary: Int) throws {
        let path = try #require(ProcessInfo.processInfo.environment["SIROCCO_TOKENIZER_SPEED"])
        let text = Array(try Data(contentsOf: URL(filePath: path)))
        // As a server sees it: documents of a few kilobytes.
        let documents = stride(from: 0, to: text.count, by: 4096).map {
            Array(text[$0..<min($0 + 4096, text.count)])
        }
        let names = ["mixtral.model", "smollm2.vocabulary.txt", "tekken.json"]
        var loaded: Tokenizer?
        let loading = try processorTime {
            let format = ["sentencepiece", "gguf", "tekken"][vocabulary]
            loaded = try Tokenizer(OracleFile.specification(Fixtures.url(names[vocabulary]), format: format))
        }
        let tokenizer = try #require(loaded)
        var tokens: [[TokenID]] = []
        let times = (0..<5).map { _ in
            processorTime { tokens = documents.map { tokenizer.encode(bytes: $0) } }
        }
        let decoding = processorTime { for ids in tokens { #expect(!tokenizer.decode(ids).isEmpty) } }
        func speed(_ time: Double) -> String { String(format: "%.1f", Double(text.count) / 1e6 / time) }
        print(
            """
            \(names[vocabulary]): loaded in \(Int(loading * 1e3)) ms; \(text.count) bytes, \
            \(tokens.reduce(0) { $0 + $1.count }) tokens; \
            encode \(speed(times.min()!)) MB/s (best of 5; first \(speed(times[0]))), decode \(speed(decoding)) MB/s
            """)
    }

    /// Seconds of processor time, which other programs on the machine disturb less than the clock's.
    private func processorTime(_ body: () throws -> Void) rethrows -> Double {
        let start = clock()
        try body()
        return Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }
}
