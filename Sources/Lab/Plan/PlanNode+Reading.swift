// Values of a plan's file as numbers, texts, words and groups of keys. Every reader says what it expected.

extension PlanNode {
    /// Text, of at least one character unless `isEmptyAllowed`.
    func text(isEmptyAllowed: Bool = false, most: Int = 1 << 20) throws -> String {
        guard case .scalar(let text, _) = value else { throw mismatch("a text") }
        guard isEmptyAllowed || !text.allSatisfy(\.isWhitespace) else {
            throw mismatch("a text that says something")
        }
        guard text.utf8.count <= most else { throw error("this text is longer than \(most) bytes") }
        return text
    }

    /// A name for tables and files: one line of at most 60 characters.
    func name(_ what: String) throws -> String {
        let name = try text()
        if let flaw = nameFlaw(name, what) { throw error(flaw) }
        return name
    }

    func bool() throws -> Bool {
        switch value {
        case .scalar("true", isQuoted: false), .scalar("yes", isQuoted: false): return true
        case .scalar("false", isQuoted: false), .scalar("no", isQuoted: false): return false
        default: throw mismatch("true or false")
        }
    }

    func integer(_ range: ClosedRange<Int>) throws -> Int {
        guard case .scalar(let text, isQuoted: false) = value,
            let number = Int(text.replacing("_", with: "")), range.contains(number)
        else { throw mismatch("a whole number \(bounds(range))") }
        return number
    }

    func number(_ range: ClosedRange<Double>) throws -> Double {
        guard case .scalar(let text, isQuoted: false) = value, let number = Double(plain: text),
            range.contains(number)
        else { throw mismatch("a number \(bounds(range))") }
        return number
    }

    /// One of a fixed set of words.
    func word<Word: RawRepresentable<String> & CaseIterable>(_ type: Word.Type) throws -> Word {
        let words = Word.allCases.map(\.rawValue)
        guard case .scalar(let text, _) = value, let word = Word(rawValue: text) else {
            var typed: String? = nil
            if case .scalar(let text, _) = value { typed = words.nearest(to: text) }
            throw error(
                "expected one of \(words.joined(separator: ", ")), found \(found)"
                    + (typed.map { "; did you mean '\($0)'?" } ?? ""))
        }
        return word
    }

    /// A list, or one item without the dash.
    func list<Item>(_ read: (PlanNode) throws -> Item) throws -> [Item] {
        switch value {
        case .list(let items): try items.map(read)
        case .scalar: [try read(self)]
        case .null, .map: throw mismatch("a list")
        }
    }

    /// Names chosen by the user, each with a value, in their order.
    func entries(_ what: String) throws -> [(key: String, keyPlace: Place, node: PlanNode)] {
        guard case .map(let entries) = value else { throw mismatch(what) }
        return entries
    }

    /// A group whose keys are all known. An unknown key is an error: a setting that is not honoured is never ignored.
    func group(_ what: String, keys: [String]) throws -> PlanGroup {
        guard case .map(let entries) = value else {
            throw mismatch("the keys of \(what): \(keys.joined(separator: ", "))")
        }
        for entry in entries where !keys.contains(entry.key) {
            throw entry.keyPlace.error(
                "\(what) has no key '\(entry.key.clipped)'\(keys.suggestion(for: entry.key))")
        }
        return PlanGroup(
            what: what, node: self,
            values: Dictionary(entries.map { ($0.key, $0.node) }) { first, _ in first })
    }

    private func bounds<Number: Comparable>(_ range: ClosedRange<Number>) -> String {
        "from \(range.lowerBound) to \(range.upperBound)"
    }
}

/// A group of known keys.
struct PlanGroup {
    let what: String
    let node: PlanNode
    let values: [String: PlanNode]

    /// The value, where the key is there and says something.
    subscript(key: String) -> PlanNode? {
        guard let node = values[key] else { return nil }
        if case .null = node.value { return nil }
        return node
    }

    func required(_ key: String, _ hint: String) throws -> PlanNode {
        if let node = self[key] { return node }
        if let empty = values[key] { throw empty.error("expected \(hint), found nothing") }
        throw node.place.key(key).error("\(what) needs this key: \(hint)")
    }
}

extension Double {
    /// A finite decimal number as people write it. The standard library would also take `inf`, `nan` and `0x1p3`.
    init?(plain text: String) {
        let text = text.replacing("_", with: "")
        guard
            text.utf8.allSatisfy({
                (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains($0)
            }),
            let number = Double(text), number.isFinite
        else { return nil }
        self = number
    }
}

/// What is wrong with a name, if anything.
func nameFlaw(_ name: String, _ what: String) -> String? {
    if name.isEmpty || name.allSatisfy(\.isWhitespace) { return "\(what) needs a name" }
    if name.count > 60 { return "\(what)'s name has more than 60 characters" }
    if name.onOneLine != name { return "\(what)'s name holds a character that cannot be shown" }
    if name.first == " " || name.last == " " { return "\(what)'s name '\(name)' begins or ends with a space" }
    return nil
}
