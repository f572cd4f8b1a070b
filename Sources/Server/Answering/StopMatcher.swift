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

    /// The earliest stop text; of several at one place the longest.
    private func firstMatch() -> (position: Int, stop: [UInt8])? {
        for position in held.indices {
            let matches = stops.filter { held[position...].starts(with: $0) }
            if let stop = matches.max(by: { $0.count < $1.count }) { return (position, stop) }
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
