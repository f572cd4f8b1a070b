// Token ids against the reference tokenizers: the committed samples always, a full sweep where asked for.

import Foundation
import Testing
import Tokenizers

@Suite struct OracleTests {
    @Test("Ids equal the reference tokenizer's", arguments: Fixtures.oracleFiles)
    func fixture(_ name: String) throws {
        try check(Fixtures.url(name))
    }

    @Test("There is a fixture for every kind of vocabulary and every pre-tokenizer")
    func fixturesAreComplete() {
        #expect(Fixtures.oracleFiles.count >= 12)
        for preTokenizer in PreTokenizer.allCases {
            #expect(Fixtures.oracleFiles.contains("\(preTokenizer).tokenizer.tsv"))
        }
    }

    @Test(
        "Ids equal the reference tokenizer's over the full sweep",
        .enabled(if: ProcessInfo.processInfo.environment["SIROCCO_TOKENIZER_SWEEP"] != nil))
    func sweep() throws {
        let folder = URL(
            filePath: try #require(ProcessInfo.processInfo.environment["SIROCCO_TOKENIZER_SWEEP"]))
        let names = Fixtures.names(in: folder).filter { $0.hasSuffix(".tsv") }
        #expect(!names.isEmpty)
        for name in names { try check(folder.appending(component: name)) }
    }

    private func check(_ url: URL) throws {
        let oracle = try OracleFile(url)
        let tokenizer = try Tokenizer(oracle.specification)
        var failures = 0
        for (number, example) in oracle.cases.enumerated() {
            let ids: [TokenID]
            switch example.mode {
            case .text, .bytes: ids = tokenizer.encode(bytes: example.bytes)
            case .control:
                let text = String(decoding: example.bytes, as: UTF8.self)
                ids = tokenizer.encode([TextSegment(text, mayContainControl: true)], addBOS: false)
            }
            guard ids != example.ids else { continue }
            failures += 1
            guard failures <= 3 else { continue }
            let text = String(decoding: example.bytes, as: UTF8.self).debugDescription
            let at =
                zip(ids, example.ids).enumerated().first { $1.0 != $1.1 }?.offset
                ?? min(ids.count, example.ids.count)
            Issue.record(
                """
                \(url.lastPathComponent):\(number + 2), token \(at) of \(text): \
                got \(ids[max(0, at - 2)...].prefix(8).map(tokenizer.piece)), \
                expected \(example.ids[max(0, at - 2)...].prefix(8).map(tokenizer.piece))
                """)
        }
        #expect(failures == 0, "\(failures) of \(oracle.cases.count) strings of \(url.lastPathComponent)")
        print(
            "\(url.lastPathComponent): \(oracle.cases.count - failures) of \(oracle.cases.count) strings agree"
        )
    }
}
