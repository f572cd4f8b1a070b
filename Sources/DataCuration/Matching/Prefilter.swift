// Says in one pass which places of raw bytes may hold one of many words. It knows bytes and the escapes of JSON.

/// Many literals looked for at once, at the speed of memory.
///
/// Each literal has one window of four bytes, the rarest of its own, whose hash sets a bit of a table that fits into the
/// first-level cache. The scan looks every four bytes up, with letters made small by one OR; only where a bit is set are
/// literals compared.
struct Prefilter: Sendable {
    struct Literal: Hashable {
        /// Bytes with 0x20 set in each, as they are compared.
        var folded: [UInt8]
        /// Whether no letter may stand before it.
        var startsWord: Bool
        /// Whether no letter may follow.
        var endsWord: Bool
    }

    private static let bits = 18
    private var table = [UInt64](repeating: 0, count: 1 << (bits - 6))
    /// Literals by the hash of their window, and the window's offset in them.
    private var buckets: [UInt32: [(offset: Int, literal: Literal)]] = [:]
    private(set) var count = 0

    @inline(__always)
    private static func hash(_ window: UInt32) -> UInt32 {
        ((window | 0x2020_2020) &* 0x9E37_79B1) >> UInt32(32 - bits)
    }

    /// Adds a word, with all spellings that raw bytes may have of it.
    mutating func insert(_ word: String, isPrefix: Bool) {
        for literal in Spelling.literals(of: word, isPrefix: isPrefix) { insert(literal) }
    }

    private mutating func insert(_ literal: Literal) {
        precondition(literal.folded.count >= 4)
        let offset = (0...literal.folded.count - 4).max {
            Self.rarity(literal.folded[$0..<$0 + 4]) < Self.rarity(literal.folded[$1..<$1 + 4])
        }!
        let window = literal.folded[offset..<offset + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let hash = Self.hash(window)
        guard !(buckets[hash] ?? []).contains(where: { $0.literal == literal }) else { return }
        table[Int(hash >> 6)] |= 1 << UInt64(hash & 63)
        buckets[hash, default: []].append((offset, literal))
        count += 1
    }

    /// How rare four bytes are in English, roughly: the sum of what its letters are.
    private static func rarity(_ window: ArraySlice<UInt8>) -> Int {
        let frequent = Array(" etaoinsrhldcumfpgwybvkxjqz".utf8)
        return window.reduce(0) { $0 + (frequent.firstIndex(of: $1) ?? 20) }
    }

    /// The place of each literal found, in order; places may repeat.
    func places(in text: Span<UInt8>) -> [Int] {
        var places: [Int] = []
        scan(text) { place in
            places.append(place)
            return true
        }
        return places
    }

    func isIn(_ text: Span<UInt8>) -> Bool {
        var found = false
        scan(text) { _ in
            found = true
            return false
        }
        return found
    }

    /// Calls `body` with the place of each literal, until it returns false.
    @inline(__always)
    private func scan(_ text: Span<UInt8>, _ body: (Int) -> Bool) {
        guard text.count >= 4 else { return }
        text.withUnsafeBytes { bytes in
            table.withUnsafeBufferPointer { table in
                let base = bytes.baseAddress!
                let last = bytes.count - 4
                var position = 0
                while position <= last {
                    // Eight at a time, and one branch for them: bits are rare.
                    if position + 7 <= last {
                        var any: UInt64 = 0
                        for step in 0..<8 {
                            let window = base.loadUnaligned(fromByteOffset: position &+ step, as: UInt32.self)
                            let hash = Self.hash(UInt32(littleEndian: window))
                            any |= table[Int(hash >> 6)] >> UInt64(hash & 63)
                        }
                        if any & 1 == 0 {
                            position &+= 8
                            continue
                        }
                    }
                    let end = min(position + 8, last + 1)
                    while position < end {
                        let window = base.loadUnaligned(fromByteOffset: position, as: UInt32.self)
                        let hash = Self.hash(UInt32(littleEndian: window))
                        if table[Int(hash >> 6)] >> UInt64(hash & 63) & 1 == 1,
                            let place = verify(bytes, position, hash), !body(place)
                        {
                            return
                        }
                        position += 1
                    }
                }
            }
        }
    }

    private func verify(_ bytes: UnsafeRawBufferPointer, _ position: Int, _ hash: UInt32) -> Int? {
        for (offset, literal) in buckets[hash] ?? [] {
            let start = position - offset
            let end = start + literal.folded.count
            guard start >= 0, end <= bytes.count else { continue }
            var same = true
            for index in 0..<literal.folded.count where bytes[start + index] | 0x20 != literal.folded[index] {
                same = false
                break
            }
            guard same else { continue }
            if literal.startsWord, start > 0, Self.isLetter(bytes[start - 1]), !Self.endsEscape(bytes, start)
            {
                continue
            }
            if literal.endsWord, end < bytes.count, Self.isLetter(bytes[end]) { continue }
            return start
        }
        return nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    /// Whether the letter before `at` is the end of JSON's `\n`, `\t` or `\u201c`.
    private static func endsEscape(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        (at >= 2 && bytes[at - 2] == 0x5C) || (at >= 6 && bytes[at - 6] == 0x5C && bytes[at - 5] == 0x75)
    }
}

/// The bytes that raw text may have for one word.
private enum Spelling {
    static func literals(of word: String, isPrefix: Bool) -> [Prefilter.Literal] {
        var spellings: Set<String> = [word]
        if word.contains("'") {
            spellings.insert(word.replacing("'", with: "’"))
            spellings.insert(word.replacing("'", with: ""))
        }
        let isAnywhere = word.unicodeScalars.contains {
            Script($0.value) != .other && Script($0.value) != .none
        }
        // The OR makes ASCII small; other scripts' capitals are other bytes.
        if !word.utf8.allSatisfy({ $0 < 0x80 }) {
            for spelling in spellings {
                spellings.insert(spelling.uppercased())
                spellings.insert(spelling.prefix(1).uppercased() + spelling.dropFirst())
                spellings.insert(folded(spelling))
            }
        }
        var literals: [Prefilter.Literal] = []
        for spelling in spellings {
            for text in [spelling, escaped(spelling)] {
                let bytes = text.utf8.map { $0 | 0x20 }
                if bytes.count >= 4 {
                    literals.append(
                        .init(folded: bytes, startsWord: !isAnywhere, endsWord: !isAnywhere && !isPrefix))
                } else {
                    // Too short for a window by itself: with what may stand before it, and behind.
                    for before in " \"('-/*[n>:".utf8 {
                        let start = [before | 0x20] + bytes
                        if start.count >= 4 {
                            literals.append(.init(folded: start, startsWord: false, endsWord: !isPrefix))
                        } else {
                            for after in " \"),.-/':;!?*\\1234".utf8 {
                                literals.append(
                                    .init(folded: start + [after | 0x20], startsWord: false, endsWord: false))
                            }
                        }
                    }
                }
            }
        }
        return literals
    }

    /// Without accents, as many write.
    private static func folded(_ word: String) -> String {
        String(
            String.UnicodeScalarView(
                word.unicodeScalars.compactMap { Folding.fold($0.value).flatMap(Unicode.Scalar.init) }))
    }

    /// As JSON in ASCII has it.
    private static func escaped(_ word: String) -> String {
        word.utf16.map { unit in
            guard unit >= 0x80 else { return String(UnicodeScalar(UInt8(unit))) }
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}
