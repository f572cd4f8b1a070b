// Owns the template engine's string: code points that each remember whether they may be trusted.
// Refuses to know who is trusted; the literals of a template say yes, the values of a conversation say no.

/// One code point and its provenance in 32 bits. Because every code point carries its own mark, every string
/// operation that moves code points keeps provenance, with no bookkeeping to forget.
package struct MarkedScalar: Sendable {
    private static let untrustedBit: UInt32 = 1 << 31
    private let bits: UInt32

    @inline(__always)
    package init(_ scalar: Unicode.Scalar, isTrusted: Bool) {
        bits = isTrusted ? scalar.value : scalar.value | Self.untrustedBit
    }

    /// The code point's number, without the mark.
    @inline(__always)
    package var value: UInt32 { bits & ~Self.untrustedBit }

    package var isTrusted: Bool { bits & Self.untrustedBit == 0 }

    package var scalar: Unicode.Scalar {
        guard let scalar = Unicode.Scalar(value) else { preconditionFailure("built from a scalar") }
        return scalar
    }
}

/// A Python `str` with provenance. Length, indices and slices count code points, as Python's do. Equality and
/// hashing ignore provenance: a template's comparisons must not depend on it.
package struct Text: Sendable {
    package var scalars: [MarkedScalar]
    /// Whether this is a `Markup` string (`safe`, `escape`): `+` escapes what is joined to it, as markupsafe does.
    package var isMarkup = false

    package static let empty = Text(scalars: [])

    package init(scalars: [MarkedScalar], isMarkup: Bool = false) {
        self.scalars = scalars
        self.isMarkup = isMarkup
    }

    package init(_ slice: ArraySlice<MarkedScalar>) {
        scalars = Array(slice)
    }

    package init(_ string: some StringProtocol, isTrusted: Bool) {
        scalars = []
        scalars.reserveCapacity(string.utf8.count)
        for scalar in string.unicodeScalars {
            scalars.append(MarkedScalar(scalar, isTrusted: isTrusted))
        }
    }

    package var count: Int { scalars.count }
    package var isEmpty: Bool { scalars.isEmpty }

    /// The characters alone.
    package var string: String {
        var view = String.UnicodeScalarView()
        view.reserveCapacity(scalars.count)
        for scalar in scalars { view.append(scalar.scalar) }
        return String(view)
    }

    package mutating func append(_ other: Text) {
        scalars.append(contentsOf: other.scalars)
    }

    package mutating func append(_ string: String, isTrusted: Bool) {
        for scalar in string.unicodeScalars {
            scalars.append(MarkedScalar(scalar, isTrusted: isTrusted))
        }
    }
}

extension Text: Hashable {
    package static func == (left: Text, right: Text) -> Bool {
        guard left.scalars.count == right.scalars.count else { return false }
        for index in left.scalars.indices where left.scalars[index].value != right.scalars[index].value {
            return false
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(scalars.count)
        for scalar in scalars { hasher.combine(scalar.value) }
    }

    /// Python's order of strings: by code point.
    package static func < (left: Text, right: Text) -> Bool {
        left.scalars.lexicographicallyPrecedes(right.scalars) { $0.value < $1.value }
    }

    package static func == (left: Text, right: StaticString) -> Bool {
        right.withUTF8Buffer { bytes in
            // Only ASCII literals are compared this way.
            bytes.count == left.scalars.count
                && zip(bytes, left.scalars).allSatisfy { UInt32($0) == $1.value }
        }
    }
}

extension Unicode.Scalar {
    /// Python's `str.isspace` for one character, which `strip` and the lexer's `\s` use too: Unicode's white
    /// space and the four ASCII separators U+001C to U+001F.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0: true
        case 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where Python's `str.splitlines` ends a line.
    var isPythonLineBreak: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }
}
