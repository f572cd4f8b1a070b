// Python's string methods, where a task's prompt is defined by them. Their characters are Unicode scalars, not
// Swift's; no locale is known here.

extension Unicode.Scalar {
    /// Python's `str.isspace`: Unicode's white space, and four old separators.
    var isPythonSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }
}

extension String {
    /// Python's `len`.
    var pythonLength: Int { unicodeScalars.count }

    /// Python's `str.strip()`.
    func strippedAsPython() -> String {
        let rest = unicodeScalars.drop(while: \.isPythonSpace)
        guard let last = rest.lastIndex(where: { !$0.isPythonSpace }) else { return "" }
        return String(rest[...last])
    }

    /// The text without the white space at its end, and that white space.
    func splittingTrailingSpace() -> (text: String, space: String) {
        guard let last = unicodeScalars.lastIndex(where: { !$0.isPythonSpace }) else { return ("", self) }
        let end = unicodeScalars.index(after: last)
        return (String(unicodeScalars[..<end]), String(unicodeScalars[end...]))
    }

    /// Python's `str.capitalize`: the first character in title case, all others in lower case. A sigma at a word's end is
    /// its one rule that looks around.
    func capitalizedAsPython() -> String {
        let scalars = Array(unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if index == 0 {
                result += scalar.properties.titlecaseMapping
            } else if scalar.value == 0x3A3 {
                let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
                let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
                let endsWord = before?.properties.isCased == true && after?.properties.isCased != true
                result += endsWord ? "ς" : "σ"
            } else {
                result += scalar.properties.lowercaseMapping
            }
        }
        return result
    }

    /// Python's `str.replace`: from the left, without overlaps, and not again in what it put there.
    func replacingAsPython(_ old: String, with new: String) -> String {
        let (text, wanted) = (Array(utf8), Array(old.utf8))
        precondition(!wanted.isEmpty)
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index...].starts(with: wanted) {
                result += Array(new.utf8)
                index += wanted.count
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// Whether `text` occurs, byte for byte.
    func containsBytes(_ text: String) -> Bool { firstOffset(of: text) != nil }

    /// The place of the first `text`, in bytes.
    func firstOffset(of text: String) -> Int? {
        let (bytes, wanted) = (Array(utf8), Array(text.utf8))
        guard wanted.count <= bytes.count else { return nil }
        return (0...bytes.count - wanted.count).first { bytes[$0...].starts(with: wanted) }
    }
}
