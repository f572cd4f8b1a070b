// JSON Lines: rows, their places, and what is said of lines that are none.

import ChatTemplates
import DataFiles
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("JSON Lines")
struct JSONLinesTests {
    private func rows(_ bytes: [UInt8]) throws -> [DataRow] {
        let folder = try TemporaryFolder()
        let path = folder.path.appending("rows.jsonl").string
        try Data(bytes).write(to: URL(filePath: path))
        return try RowReader.rows(of: path)
    }

    @Test(
        "are one object a line, whatever ends it, with or without a mark in front",
        arguments: [
            "{\"a\": 1}\n{\"a\": \"ä\\u00e4\"}\n", "{\"a\": 1}\r\n\r\n  \n{\"a\": \"ää\"}",
            "\u{FEFF}{\"a\":1}\n\n{\"a\":\"ää\"}\n\n",
        ])
    func lines(text: String) throws {
        let rows = try rows(Array(text.utf8))
        #expect(rows.map(\.columns) == [["a": 1], ["a": "ää"]])
    }

    @Test(
        "that are not are refused, with the number of the line",
        arguments: [
            ("{\"a\": 1}\n[1]\n", "line 2: expected one JSON object"),
            ("{\"a\": 1}\n\n{\"a\": \n", "line 3: JSON, byte"),
            ("{\"a\": 1} {\"a\": 2}", "line 1: JSON, byte 9"),
        ])
    func refusals(text: String, problem: String) throws {
        let error = #expect(throws: DataFileError.self) { try rows(Array(text.utf8)) }
        #expect(error?.description.contains("rows.jsonl, \(problem)") == true, "\(error?.description ?? "")")
    }

    @Test("in another encoding, or none, are refused")
    func encodings() throws {
        #expect(throws: DataFileError.self) { try rows([0x7B, 0x22, 0xE4, 0x22, 0x3A, 0x31, 0x7D]) }
        let error = #expect(throws: DataFileError.self) { try rows([]) }
        #expect(error?.code == .cannotOpen)
    }
}
