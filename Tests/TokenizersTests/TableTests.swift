// The tables that a tokenizer is made of, where their ways to be fast could be wrong.

import Testing
import Tokenizers

@Suite struct TableTests {
    @Test("Every scalar has the class of the run it lies in, and the others none")
    func scalarClasses() {
        var expected = [UInt8](repeating: 0, count: 0x110001)
        for run in unicodeClassRuns {
            for offset in 0..<run.count {
                expected[Int(run.first + offset)] = offset % 2 == 0 ? run.even : run.odd
            }
        }
        let wrong = expected.indices.filter {
            ScalarClasses.shared[UInt32($0)].rawValue != expected[$0]
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(5))")
        #expect(ScalarClasses.shared[0x4E2D] == ScalarClasses.shared[0x4E2E])  // a page of one class
        #expect(ScalarClasses.shared[0x41] != ScalarClasses.shared[0x61])
    }

    @Test("A table takes over bytes as they are, empty pieces among them")
    func takenOver() {
        let table = PieceTable(bytes: Array("abcde".utf8), ends: [0, 2, 2, 5])
        #expect(
            (0..<table.count).map { String(decoding: table[$0], as: UTF8.self) } == ["", "ab", "", "cde"])
        #expect(PieceTable(bytes: [], ends: []).count == 0)
    }

    /// The ids of pieces `a`, `b`, `c` and what they merge to, with merges in the order given.
    private func tokenizer(_ pieces: [String], types: [Int32]? = nil, merges: [String]) throws -> Tokenizer {
        try Tokenizer(
            .gguf(
                model: "gpt2", pre: "gpt-2", tokens: PieceTable(pieces.map { Array($0.utf8) }), scores: nil,
                types: types, merges: PieceTable(merges.map { Array($0.utf8) }), bos: nil, eos: nil,
                unknown: nil, addBOS: nil, addEOS: nil, addSpacePrefix: nil))
    }

    @Test(
        "A merge makes the right piece in whatever order pieces and merges come",
        arguments: [
            ["a b", "ab c", "b c", "a bc"], ["a bc", "b c", "ab c", "a b"], ["b c", "a bc", "a b", "ab c"],
        ])
    func order(_ merges: [String]) throws {
        for pieces in [["a", "b", "c", "ab", "abc", "bc"], ["abc", "bc", "ab", "c", "b", "a"]] {
            let tokenizer = try tokenizer(pieces, merges: merges)
            #expect(tokenizer.encode("abc").map(tokenizer.piece) == ["abc"])
            #expect(tokenizer.encode("ab").map(tokenizer.piece) == ["ab"])
            #expect(tokenizer.encode("cbc").map(tokenizer.piece) == ["c", "bc"])
        }
    }

    @Test("Of pieces that repeat, the first is made, though another stands where the next one is expected")
    func repeated() throws {
        let tokenizer = try tokenizer(["a", "b", "abb", "ab", "abb"], merges: ["a b", "ab b"])
        #expect(tokenizer.encode("abb") == [2])
    }

    @Test("A piece that is no text is not made by merging, though it stands where the next one is expected")
    func notText() throws {
        let tokenizer = try tokenizer(
            ["a", "b", "ab", "abb", "abb"], types: [1, 1, 1, 3, 1], merges: ["a b", "ab b"])
        #expect(tokenizer.encode("abb") == [4])
    }

    @Test("Long pieces are found as short ones are", arguments: [3, 4, 5, 31, 127, 128, 129, 1000])
    func lengths(_ count: Int) throws {
        let long = String(repeating: "ab", count: count)
        let tokenizer = try tokenizer(
            ["a", "b", "ab", long, long + "ab"], merges: ["a b", "\(long) ab"])
        #expect(tokenizer.id(ofPiece: long + "ab") == 4 && tokenizer.id(ofPiece: long + "b") == nil)
        #expect(tokenizer.encode(long) == [TokenID](repeating: 2, count: count))
    }

    @Test("Words are remembered once many have come, and have the same tokens before and after")
    func remembered() throws {
        let tokenizer = try Fixtures.smolLM2.get()
        let text = " The capital of France is Paris, and that of Italy is Rome."
        let once = tokenizer.encode(text)
        let often = tokenizer.encode(String(repeating: text, count: 200))
        #expect(often.count == 200 * once.count && once.count > 10)
        #expect(often.suffix(once.count) == once[...] && tokenizer.encode(text) == once)
    }
}
