// A text in steps of a page: each link adds 64 tokens to the text before it. It names texts; it knows no memory and no
// files.

/// The text up to the end of one page, sharing all before with its other continuations.
///
/// `@unchecked Sendable`: `parent` changes only when nobody else holds the link.
package final class TextChain: @unchecked Sendable {
    private var parent: TextChain?
    /// The tokens of the last page.
    let tokens: [Int32]
    /// Tokens in all.
    package let count: Int
    /// Two hashes of the whole text with different starts. They only name it: whether a text is meant is for `==` of its
    /// tokens to say.
    let hashes: (UInt64, UInt64)

    package init(parent: TextChain?, tokens: [Int32], start: (UInt64, UInt64)) {
        self.parent = parent
        self.tokens = tokens
        count = (parent?.count ?? 0) + tokens.count
        let before = parent?.hashes ?? start
        hashes = (
            tokens.reduce(before.0) { mixed($0, UInt64(UInt32(bitPattern: $1))) },
            tokens.reduce(before.1) { mixed($0, ~UInt64(UInt32(bitPattern: $1))) }
        )
    }

    /// Link by link: a long text's would nest deeper than a thread's stack.
    deinit {
        var next = parent.take()
        while next != nil, isKnownUniquelyReferenced(&next) { next = next?.parent.take() }
    }

    /// All tokens, from the first on.
    var text: [Int32] {
        var links: [TextChain] = [self]
        while let parent = links[links.count - 1].parent { links.append(parent) }
        return links.reversed().flatMap(\.tokens)
    }
}

/// `hash` with `value` stirred in: the finalizer of SplitMix64, whose every output bit depends on every input bit.
func mixed(_ hash: UInt64, _ value: UInt64) -> UInt64 {
    var z = (hash ^ value) &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}
