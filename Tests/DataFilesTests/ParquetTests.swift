// Parquet files of pyarrow's, read back: every encoding, codec, page version and type; and damaged ones.

import ChatTemplates
import DataFiles
import Foundation
import SystemPackage
import TestSupport
import Testing

private enum Fixtures {
    static let folder = (Bundle.module.resourcePath ?? "") + "/Fixtures"
    static let expected = Result { try RowReader.rows(of: folder + "/rows.jsonl").map(\.columns) }
    static let files: [String] = ["dictionary", "plain", "delta"].flatMap { profile in
        ["none", "snappy", "gzip", "zstd"].flatMap { codec in
            [1, 2].map { "\(profile)-\(codec)-v\($0).parquet" }
        }
    }
}

@Suite("Parquet files")
struct ParquetTests {
    @Test("hold what pyarrow put in, value for value", arguments: Fixtures.files)
    func values(file: String) throws {
        let expected = try Fixtures.expected.get()
        let rows = try RowReader.rows(of: "\(Fixtures.folder)/\(file)")
        #expect(rows.count == expected.count && expected.count == 70)
        for (row, wanted) in zip(rows, expected) {
            for (name, value) in wanted.members {
                #expect(Self.same(row.columns[name], value), "\(row.place), \(name)")
            }
            #expect(row.columns.members.map(\.key) == wanted.members.map(\.key))
        }
        #expect(rows[69].place.hasSuffix("\(file), row 70"))
    }

    @Test("of old writers have INT96 times and lists without names")
    func oldWriters() throws {
        let expected = try Fixtures.expected.get()
        let rows = try RowReader.rows(of: "\(Fixtures.folder)/old.parquet")
        #expect(rows.count == expected.count)
        for (row, wanted) in zip(rows, expected) {
            for (name, value) in row.columns.members {
                if name == "ms" || name == "ns" {
                    // Nanoseconds have nine places, whatever the column had.
                    guard case .string(let time) = value, case .string(let original)? = wanted[name] else {
                        #expect(value == wanted[name])
                        continue
                    }
                    #expect(time.hasPrefix(original), "\(time), \(original)")
                } else {
                    #expect(Self.same(value, wanted[name] ?? "missing"), "\(row.place), \(name)")
                }
            }
        }
    }

    @Test("are read in the columns that are wanted only")
    func columns() throws {
        let path = "\(Fixtures.folder)/delta-zstd-v2.parquet"
        let rows = try RowReader.rows(of: path, columns: ["choices", "i32"], limit: 40)
        let expected = try Fixtures.expected.get()
        #expect(rows.count == 40)
        for (row, wanted) in zip(rows, expected) {
            #expect(row.columns.members.map(\.key) == ["i32", "choices"])
            #expect(row.columns["choices"] == wanted["choices"])
        }
    }

    /// Each file, damaged in many ways: bytes flipped, set, and cut off.
    @Test(
        "that are damaged end in an error that names the file, or in other values", arguments: Fixtures.files)
    func damage(file: String) throws {
        let original = try [UInt8](Data(contentsOf: URL(filePath: "\(Fixtures.folder)/\(file)")))
        let folder = try TemporaryFolder()
        let path = folder.path.appending("damaged.parquet").string
        var random = SeededGenerator(seed: 77)
        var refused = 0
        for round in 0..<60 {
            var bytes = original
            // Half of them in the footer, where a byte decides more.
            let start = round % 2 == 0 ? 4 : bytes.count * 3 / 4
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: start..<bytes.count - 8, using: &random)
                bytes[place] =
                    Bool.random(using: &random)
                    ? bytes[place] ^ (1 << UInt8.random(in: 0..<8, using: &random))
                    : UInt8.random(in: 0...255, using: &random)
            }
            if round % 10 == 9 { bytes.removeSubrange(Int.random(in: 4..<bytes.count, using: &random)...) }
            try Data(bytes).write(to: URL(filePath: path))
            do { _ = try RowReader.rows(of: path) } catch {
                refused += 1
                #expect(error.description.contains("damaged.parquet"))
            }
        }
        #expect(refused >= 20, "a reader that accepts all of this checks nothing")
    }

    /// Numbers bit by bit: `==` would take -0 for 0.
    private static func same(_ found: JSONValue?, _ wanted: JSONValue) -> Bool {
        switch (found, wanted) {
        case (.double(let left)?, .double(let right)): left.bitPattern == right.bitPattern
        case (.double(let left)?, .int(let right)): left == Double(right)
        default: found == wanted
        }
    }
}
