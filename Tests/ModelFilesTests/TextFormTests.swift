// Digits, hashes and JSON as files and folders of every version hold them: a change here would orphan what is there.

import FoundationEssentials
import ModelFiles
import Testing

@Suite("Text forms")
struct TextFormTests {
    @Test(
        "FNV-1a is the published one",
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func fnv(text: String, expected: UInt64) {
        var hash = FNV1a()
        hash.add(text)
        #expect(hash.value == expected)
        var bytes = FNV1a()
        for byte in text.utf8 { bytes.add(byte) }
        #expect(bytes.value == expected)
    }

    @Test("bytes and hashes keep their leading zeros")
    func hexadecimal() {
        #expect(([0, 1, 0x0f, 0x10, 0xab, 0xff] as [UInt8]).hexadecimal == "00010f10abff")
        #expect([UInt8]().hexadecimal == "")
        #expect(UInt64(0).hexadecimal == "0000000000000000")
        #expect(UInt64(0xbeef).hexadecimal == "000000000000beef")
        #expect(UInt64.max.hexadecimal == "ffffffffffffffff")
    }

    @Test("JSON is sorted and keeps its slashes; only the readable form has words for numbers that are none")
    func json() throws {
        let value = ["b": "x/y", "a": "é"]
        #expect(
            String(decoding: try JSONEncoder.compact.encode(value), as: UTF8.self) == #"{"a":"é","b":"x/y"}"#)
        let readable = String(decoding: try JSONEncoder.readable.encode(value), as: UTF8.self)
        #expect(readable.split(separator: "\n").count == 4 && readable.contains("x/y"))
        #expect(throws: EncodingError.self) { try JSONEncoder.compact.encode([Double.nan]) }
        let words = String(
            decoding: try JSONEncoder.readable.encode([Double.nan, -.infinity]), as: UTF8.self)
        #expect(words.contains("\"nan\"") && words.contains("\"-inf\""))
    }
}
