// Mutated vocabulary files: reading one may fail, in one clear error, and never traps.

import Testing
import Tokenizers

@Suite struct HostileFileTests {
    @Test("Mutated and truncated files never trap", arguments: VocabularyFormat.allCases)
    func mutations(_ format: VocabularyFormat) throws {
        let original = try format.sample()
        #expect(throws: Never.self) { try exerciseTokenizer(original, as: format) }
        var generator = SeededGenerator(state: 99)
        var refused = 0
        for _ in 0..<400 {
            let bytes = mutated(original, using: &generator)
            do { try exerciseTokenizer(bytes, as: format) } catch { refused += 1 }
        }
        #expect(refused > 40)
        for count in stride(from: 0, to: original.count, by: original.count / 50 + 1) {
            _ = try? exerciseTokenizer(Array(original[..<count]), as: format)
        }
    }

    private func mutated(_ original: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let at = Int.random(in: 0..<bytes.count, using: &generator)
            let length = min(Int.random(in: 1...200, using: &generator), bytes.count - at)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[at] = .random(in: 0...255, using: &generator)
            case 2: bytes.removeSubrange(at..<min(at + length, bytes.count - 1))
            case 3: bytes.insert(contentsOf: bytes[at..<at + length], at: at)
            case 4: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], at: at)
            default:
                guard let digit = bytes[at...].firstIndex(where: { 0x30...0x39 ~= $0 }) else { continue }
                let numbers = ["-1", "99999999999", "1e308", "9223372036854775807", "0.5", "2147483647"]
                bytes.replaceSubrange(digit...digit, with: numbers.randomElement(using: &generator)!.utf8)
            }
        }
        return bytes
    }
}

extension VocabularyFormat {
    /// A small valid file of the format.
    func sample() throws -> [UInt8] {
        switch self {
        case .huggingFace: try Fixtures.bytes("llama3.tokenizer.json")
        case .huggingFaceCharacters: try Fixtures.bytes("llama2.tokenizer.json")
        case .tekken: try Fixtures.bytes("tekken.json")
        case .sentencePiece:
            // Its pieces come first, each field's length in its second byte: the byte tokens and some more, then
            // the settings at the end, whose fields alone have the numbers 2 and 3.
            try Self.shortened(Fixtures.bytes("mixtral.model"), pieces: 900)
        }
    }

    private static func shortened(_ model: [UInt8], pieces: Int) -> [UInt8] {
        var short: [UInt8] = []
        var offset = 0
        var count = 0
        while offset < model.count {
            var end = offset + 1
            var length = 0
            for shift in stride(from: 0, through: 21, by: 7) {
                length |= Int(model[end] & 0x7F) << shift
                end += 1
                if model[end - 1] < 0x80 { break }
            }
            end += length
            if model[offset] == 0x0A { count += 1 }
            if model[offset] != 0x0A || count <= pieces { short += model[offset..<end] }
            offset = end
        }
        return short
    }
}
