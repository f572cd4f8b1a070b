// Owns finding, splitting, replacing and trimming in marked text. Every result is made of the operands' own
// code points, so provenance follows. Refuses to know about Jinja: names and arguments are the caller's.

extension Text {
    /// Start indices of `needle`, left to right without overlap; at most `limit` of them. Linear in both lengths
    /// (Knuth, Morris and Pratt): a hostile template must not buy quadratic time.
    func occurrences(of needle: Text, in range: Range<Int>? = nil, limit: Int = .max) -> [Int] {
        let range = range ?? 0..<count
        guard !needle.isEmpty, needle.count <= range.count, limit > 0 else { return [] }
        let failure = needle.failureTable()
        var found: [Int] = []
        var matched = 0
        for index in range {
            let value = scalars[index].value
            while matched > 0, needle.scalars[matched].value != value { matched = failure[matched - 1] }
            if needle.scalars[matched].value == value { matched += 1 }
            if matched == needle.count {
                found.append(index + 1 - matched)
                matched = 0
                if found.count == limit { break }
            }
        }
        return found
    }

    /// For each prefix of this text, the length of its longest proper prefix that is also its suffix.
    private func failureTable() -> [Int] {
        var table = [Int](repeating: 0, count: count)
        var matched = 0
        for index in scalars.indices.dropFirst() {
            while matched > 0, scalars[matched].value != scalars[index].value { matched = table[matched - 1] }
            if scalars[matched].value == scalars[index].value { matched += 1 }
            table[index] = matched
        }
        return table
    }

    /// Python's `find`: an empty needle is found at the start of the range.
    func firstIndex(of needle: Text, in range: Range<Int>? = nil) -> Int? {
        if needle.isEmpty { return (range ?? 0..<count).lowerBound }
        return occurrences(of: needle, in: range, limit: 1).first
    }

    /// Python's `rfind`.
    func lastIndex(of needle: Text, in range: Range<Int>? = nil) -> Int? {
        let range = range ?? 0..<count
        if needle.isEmpty { return range.upperBound }
        let mirrored = (count - range.upperBound)..<(count - range.lowerBound)
        let found = reversed().occurrences(of: needle.reversed(), in: mirrored, limit: 1).first
        return found.map { count - $0 - needle.count }
    }

    func contains(_ needle: Text) -> Bool { firstIndex(of: needle) != nil }

    func hasPrefix(_ prefix: Text) -> Bool {
        count >= prefix.count && zip(scalars, prefix.scalars).allSatisfy { $0.value == $1.value }
    }

    func hasSuffix(_ suffix: Text) -> Bool {
        count >= suffix.count
            && zip(scalars.suffix(suffix.count), suffix.scalars).allSatisfy { $0.value == $1.value }
    }

    func reversed() -> Text { Text(scalars: scalars.reversed(), isMarkup: isMarkup) }

    /// Python's `replace`: an empty `old` inserts `new` around every code point.
    func replacing(_ old: Text, with new: Text, limit: Int) -> Text {
        var result = Text(scalars: [], isMarkup: isMarkup)
        if old.isEmpty {
            for (index, scalar) in scalars.enumerated() {
                if index < limit { result.append(new) }
                result.scalars.append(scalar)
            }
            if count < limit { result.append(new) }
            return result
        }
        var position = 0
        for start in occurrences(of: old, limit: limit) {
            result.scalars.append(contentsOf: scalars[position..<start])
            result.append(new)
            position = start + old.count
        }
        result.scalars.append(contentsOf: scalars[position...])
        return result
    }

    /// Python's `split(separator, maxsplit)` for a separator that is not empty.
    func split(on separator: Text, limit: Int) -> [Text] {
        var parts: [Text] = []
        var position = 0
        for start in occurrences(of: separator, limit: limit) {
            parts.append(Text(scalars[position..<start]))
            position = start + separator.count
        }
        parts.append(Text(scalars[position...]))
        return parts
    }

    /// Python's `split()`: runs of white space separate, and none are kept at the ends.
    func splitOnWhitespace(limit: Int) -> [Text] {
        var parts: [Text] = []
        var index = 0
        while true {
            while index < count, scalars[index].scalar.isPythonSpace { index += 1 }
            guard index < count else { return parts }
            if parts.count == limit {
                parts.append(Text(scalars[index...]))
                return parts
            }
            let start = index
            while index < count, !scalars[index].scalar.isPythonSpace { index += 1 }
            parts.append(Text(scalars[start..<index]))
        }
    }

    /// Python's `splitlines`: `\r\n` counts as one break, and a break at the end opens no new line.
    func lines(keepingBreaks: Bool = false) -> [Text] {
        var lines: [Text] = []
        var start = 0
        var index = 0
        while index < count {
            guard scalars[index].scalar.isPythonLineBreak else {
                index += 1
                continue
            }
            let end = index
            let isPair = scalars[index].value == 0x0D && index + 1 < count && scalars[index + 1].value == 0x0A
            index += isPair ? 2 : 1
            lines.append(Text(scalars[start..<(keepingBreaks ? index : end)]))
            start = index
        }
        if start < count { lines.append(Text(scalars[start...])) }
        return lines
    }

    struct Ends: OptionSet {
        let rawValue: Int
        static let start = Ends(rawValue: 1)
        static let end = Ends(rawValue: 2)
        static let both: Ends = [.start, .end]
    }

    /// Python's `strip`, `lstrip` and `rstrip`; without `characters`, white space goes.
    func trimmed(_ ends: Ends = .both, of characters: Text? = nil) -> Text {
        let set = characters.map { Set($0.scalars.map(\.value)) }
        func goes(_ scalar: MarkedScalar) -> Bool {
            set?.contains(scalar.value) ?? scalar.scalar.isPythonSpace
        }
        var range = scalars[...]
        if ends.contains(.start) { range = range.drop(while: goes) }
        if ends.contains(.end) {
            while let last = range.last, goes(last) { range.removeLast() }
        }
        return Text(scalars: Array(range), isMarkup: isMarkup)
    }

    /// These pieces with `separator` between them.
    static func joined(_ pieces: [Text], separator: Text) -> Text {
        var result = Text.empty
        result.scalars.reserveCapacity(pieces.reduce(0) { $0 + $1.count + separator.count })
        for (index, piece) in pieces.enumerated() {
            if index > 0 { result.append(separator) }
            result.append(piece)
        }
        return result
    }
}
