// Finds stop texts in an answer that comes in pieces. Knows no token.

/// Lets text through until one of several texts appears, and holds back what may be the beginning of one.
package struct StopMatcher: Sendable {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []
    /// The text that was found.
    package private(set) var found: String?

    package init(_ stops: [String]) { self.stops = stops.map { Array($0.utf8) } }

    /// The text that is certain not to belong to a stop text. Once one was found, nothing more comes.
    package mutating func append(_ text: String) -> String {
        guard found == nil else { return "" }
        guard !stops.isEmpty else { return text }
        held += text.utf8
        if let (position, stop) = firstMatch() {
            found = String(decoding: stop, as: UTF8.self)
            defer { held = [] }
            return String(decoding: held[..<position], as: UTF8.self)
        }
        let certain = held.count - possibleBeginning()
        defer { held.removeFirst(certain) }
        return String(decoding: held[..<certain], as: UTF8.self)
    }

    /// What was held back when the answer ended without a stop text.
    package mutating func finish() -> String {
        defer { held = [] }
        return found == nil ? String(decoding: held, as: UTF8.self) : ""
    }

    /// The stop text that is whole first; of several that end there the longest. Not the one that begins first: a longer
    /// one around it may still come or not, and the answer must not depend on how it was cut into pieces.
    private func firstMatch() -> (position: Int, stop: [UInt8])? {
        for end in held.indices.map({ $0 + 1 }) {
            let matches = stops.filter { $0.count <= end && held[(end - $0.count)..<end].elementsEqual($0) }
            if let stop = matches.max(by: { $0.count < $1.count }) { return (end - stop.count, stop) }
        }
        return nil
    }

    /// Bytes at the end that begin some stop text.
    private func possibleBeginning() -> Int {
        for start in held.indices where stops.contains(where: { $0.starts(with: held[start...]) }) {
            return held.count - start
        }
        return 0
    }
}
