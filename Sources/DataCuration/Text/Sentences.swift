// Where sentences of a turn begin and end, and which stand in quotation marks or in code. It knows bytes and signs,
// no words.

/// A sentence of a turn, in bytes of its text, without the space around it.
struct Sentence {
    var range: Range<Int>
    /// Whether it begins a line.
    var startsLine: Bool
    /// Whether it ends a line, or the text.
    var endsLine: Bool
    /// Whether it stands in a fenced block of code.
    var isCode: Bool
    /// Number of its paragraph; blank lines part them.
    var paragraph: Int
}

enum SentenceSplitter {
    /// A sentence without an end is cut here; longer ones are tables, code or data.
    static let longest = 2_000

    static func sentences(of text: Span<UInt8>) -> [Sentence] {
        var found: [Sentence] = []
        var isCode = false
        var paragraph = 0
        var line = 0
        while line < text.count {
            var end = line
            while end < text.count, text[end] != 0x0A { end += 1 }
            var start = line
            while start < end, text[start] == 0x20 || text[start] == 0x09 || text[start] == 0x0D {
                start += 1
            }
            if isFence(text, start, end) {
                isCode.toggle()
            } else if start == end {
                paragraph += 1
            } else {
                split(text, start..<end, isCode: isCode, paragraph: paragraph, into: &found)
            }
            line = end + 1
        }
        return found
    }

    private static func isFence(_ text: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        start + 3 <= end && text[start] == 0x60 && text[start + 1] == 0x60 && text[start + 2] == 0x60
    }

    private static func split(
        _ text: Span<UInt8>, _ line: Range<Int>, isCode: Bool, paragraph: Int, into found: inout [Sentence]
    ) {
        var start = line.lowerBound
        var position = start

        func add(_ end: Int) {
            var end = end
            while end > start, text[end - 1] == 0x20 || text[end - 1] == 0x0D || text[end - 1] == 0x09 {
                end -= 1
            }
            guard end > start else { return }
            found.append(
                Sentence(
                    range: start..<end, startsLine: start == line.lowerBound,
                    endsLine: end == line.upperBound,
                    isCode: isCode, paragraph: paragraph))
        }

        while position < line.upperBound {
            let length = terminator(text, position, line.upperBound)
            position += max(length, 1)
            guard length > 0 || position - start >= longest && text[position - 1] == 0x20 else { continue }
            // Closing quotation marks and brackets, and more of the same, belong to the sentence.
            while position < line.upperBound {
                let more = closing(text, position, line.upperBound)
                guard more > 0 else { break }
                position += more
            }
            add(position)
            while position < line.upperBound, text[position] == 0x20 { position += 1 }
            start = position
        }
        add(line.upperBound)
        found.indices.last.map { found[$0].endsLine = true }
    }

    /// Bytes of what ends a sentence here; 0: nothing does.
    private static func terminator(_ text: Span<UInt8>, _ at: Int, _ end: Int) -> Int {
        switch text[at] {
        case 0x21, 0x3F: return 1
        case 0x2E:
            // No end between digits or letters (3.5, e.g), before small letters, or behind one letter (J. Doe).
            guard at + 1 < end else { return 1 }
            let next = text[at + 1]
            if next == 0x2E || next == 0x22 || next == 0x29 || next == 0x2A || next >= 0xE2 { return 1 }
            guard next == 0x20 else { return 0 }
            if at + 2 < end, text[at + 2] &- 0x61 < 26, text[at + 2] != 0x69 { return 0 }
            if at >= 2, text[at - 1] &- 0x41 < 26, text[at - 2] == 0x20 || text[at - 2] == 0x2E {
                return text[at - 1] == 0x49 ? 1 : 0
            }
            return 1
        case 0xE3 where at + 2 < end + 0 && text[at + 1] == 0x80 && text[at + 2] == 0x82: return 3  // 。
        case 0xEF
        where at + 2 < end && text[at + 1] == 0xBC && (text[at + 2] == 0x81 || text[at + 2] == 0x9F):
            return 3  // ！ ？
        case 0xD8 where at + 1 < end && text[at + 1] == 0x9F: return 2  // ؟
        default: return 0
        }
    }

    private static func closing(_ text: Span<UInt8>, _ at: Int, _ end: Int) -> Int {
        switch text[at] {
        case 0x21, 0x3F, 0x2E, 0x22, 0x29, 0x27, 0x2A: return 1
        case 0xE2
        where at + 2 < end && text[at + 1] == 0x80 && (text[at + 2] == 0x9D || text[at + 2] == 0x99):
            return 3  // ” ’
        case 0xC2 where at + 1 < end && text[at + 1] == 0xBB: return 2  // »
        case 0xE3
        where at + 2 < end && text[at + 1] == 0x80 && (text[at + 2] == 0x8D || text[at + 2] == 0x8F):
            return 3  // 」 』
        default: return 0
        }
    }
}
