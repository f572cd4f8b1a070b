// Owns what rendering gives: text cut where trust changes. Refuses to know tokens' numbers; given the texts of
// control tokens it finds them, where they may be found.

/// A prompt, as runs of trusted text (the template's own) and untrusted text (from the conversation).
public struct RenderedPrompt: Sendable, Equatable {
    /// A run of text of one provenance.
    public struct Segment: Sendable, Equatable {
        public let text: String
        /// Whether control tokens may be recognised in it.
        public let isTrusted: Bool

        public init(text: String, isTrusted: Bool) {
            self.text = text
            self.isTrusted = isTrusted
        }
    }

    /// A stretch of a prompt once control tokens are found.
    public enum Piece: Sendable, Equatable {
        case control(String)
        /// Plain text, trusted or not, joined up to the next control token: tokenizers merge across provenance.
        case text(String)
    }

    /// The runs in order; neighbours differ in trust, none is empty.
    public let segments: [Segment]

    /// Joins neighbours of equal trust and drops empty ones.
    public init(segments: [Segment]) {
        var merged: [Segment] = []
        for segment in segments where !segment.text.isEmpty {
            if let last = merged.last, last.isTrusted == segment.isTrusted {
                merged[merged.count - 1] = Segment(text: last.text + segment.text, isTrusted: last.isTrusted)
            } else {
                merged.append(segment)
            }
        }
        self.segments = merged
    }

    init(_ text: Text) {
        var segments: [Segment] = []
        var start = 0
        while start < text.count {
            let isTrusted = text.scalars[start].isTrusted
            var end = start + 1
            while end < text.count, text.scalars[end].isTrusted == isTrusted { end += 1 }
            segments.append(Segment(text: Text(text.scalars[start..<end]).string, isTrusted: isTrusted))
            start = end
        }
        self.segments = segments
    }

    /// The whole prompt.
    public var text: String { segments.map(\.text).joined() }

    var utf8Count: Int { segments.reduce(0) { $0 + $1.text.utf8.count } }

    /// The prompt cut at control tokens: the earliest match wins, then the longest. A token is found only where all
    /// of it lies in one trusted run. Time: O(bytes × distinct token lengths).
    public func pieces(controlTokens: Set<String>) -> [Piece] {
        let tokens = Set(controlTokens.lazy.filter { !$0.isEmpty }.map { Array($0.utf8) })
        let lengths = Set(tokens.map(\.count)).sorted(by: >)
        let firstBytes = Set(tokens.compactMap(\.first))
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        func flush() {
            guard !plain.isEmpty else { return }
            pieces.append(.text(String(decoding: plain, as: UTF8.self)))
            plain = []
        }
        for segment in segments {
            let bytes = Array(segment.text.utf8)
            guard segment.isTrusted else {
                plain += bytes
                continue
            }
            var index = 0
            while index < bytes.count {
                let match =
                    firstBytes.contains(bytes[index])
                    ? lengths.first { length in
                        index + length <= bytes.count
                            && tokens.contains(Array(bytes[index..<(index + length)]))
                    } : nil
                if let match {
                    flush()
                    pieces.append(.control(String(decoding: bytes[index..<(index + match)], as: UTF8.self)))
                    index += match
                } else {
                    plain.append(bytes[index])
                    index += 1
                }
            }
        }
        flush()
        return pieces
    }
}
