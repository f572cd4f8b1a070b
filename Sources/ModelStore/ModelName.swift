// Names of models: which are allowed, and which are near to one that was mistyped. Knows no model.

/// A name that is safe as a folder's name: ASCII letters, digits and `. _ - :`, beginning with a letter or a digit,
/// at most 100 characters. So no name leaves the store's folder, hides in it, or reads as an option.
struct ModelName: Sendable, Hashable {
    let text: String

    init(_ text: String) throws(ModelStoreError) {
        let allowed = text.utf8.allSatisfy { Self.isAlphanumeric($0) || "._-:".utf8.contains($0) }
        guard let first = text.utf8.first, Self.isAlphanumeric(first), allowed, text.utf8.count <= 100 else {
            throw ModelStoreError(
                .badName, "model \"\(printable(text))\"", "this cannot be a model's name",
                fix: "use up to 100 of the characters a-z A-Z 0-9 . _ - : and begin with a letter or digit")
        }
        self.text = text
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// The candidates that someone who typed `text` may have meant, nearest first: those that contain it or are
    /// contained in it, and those within a third of its length in single-character edits.
    static func near(_ text: String, among candidates: [String]) -> [String] {
        let typed = Array(text.lowercased().utf8.prefix(100))
        guard !typed.isEmpty else { return [] }
        let ranked = candidates.compactMap { candidate -> (String, Int)? in
            let name = candidate.lowercased()
            if name.contains(text.lowercased()) || text.lowercased().contains(name) { return (candidate, 0) }
            let distance = editDistance(typed, Array(name.utf8))
            return distance <= max(1, typed.count / 3) ? (candidate, distance) : nil
        }
        return ranked.sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map(\.0)
    }

    /// Levenshtein's distance, one row at a time.
    private static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for i in a.indices {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[b.count]
    }
}
