// Owns a model's tokens as a tree of bytes, which a mask walks instead of trying every token by itself.
// Refuses to know grammars and how a tokenizer spells its pieces.

/// The text of every token, built once per model and shared by all grammars.
public final class TokenVocabulary: Sendable {
    /// A node of the tree, in depth-first order: its subtree is `index ..< end`.
    struct Node: Sendable {
        /// Just past the subtree.
        var end: Int32
        /// The first token that ends here, or -1; the others are in `nextTwin`.
        var token: Int32
        /// Bytes from the root to here, at least 1.
        var depth: Int32
        var byte: UInt8
    }

    /// How many ids there are, with and without text.
    public let count: Int
    /// Bytes of the longest token.
    public let longest: Int
    /// Whether each byte is a token of its own, so that a grammar can never get stuck for want of a token.
    public let isByteComplete: Bool

    let nodes: [Node]
    /// For each token the next one with the same bytes, or -1.
    let nextTwin: [Int32]
    private let bytes: [UInt8]
    private let offsets: [Int32]  // [count + 1]
    private let hasText: [Bool]

    /// - Parameters:
    ///   - count: how many ids there are.
    ///   - bytes: a token's text; nil for a control token, which stands for no text. A token with empty text can
    ///     never be needed and counts as one.
    /// - Complexity: O(total bytes · log count).
    public init(count: Int, bytes: (Int32) -> [UInt8]?) {
        precondition(count >= 0 && count <= Int(Int32.max))
        var flat: [UInt8] = []
        var offsets: [Int32] = [0]
        var hasText: [Bool] = []
        var order: [Int32] = []
        offsets.reserveCapacity(count + 1)
        for id in 0..<Int32(count) {
            let text = bytes(id) ?? []
            flat += text
            offsets.append(Int32(flat.count))
            hasText.append(!text.isEmpty)
            if !text.isEmpty { order.append(id) }
        }
        // The first eight bytes as one number settle nearly every comparison.
        var heads = [UInt64](repeating: 0, count: count)
        for id in order {
            for (place, byte) in flat[Int(offsets[Int(id)])..<Int(offsets[Int(id) + 1])].prefix(8)
                .enumerated()
            {
                heads[Int(id)] |= UInt64(byte) << UInt64(56 - 8 * place)
            }
        }
        flat.withUnsafeBufferPointer { flat in
            order.sort { left, right in
                if heads[Int(left)] != heads[Int(right)] { return heads[Int(left)] < heads[Int(right)] }
                let a = flat[Int(offsets[Int(left)])..<Int(offsets[Int(left) + 1])]
                let b = flat[Int(offsets[Int(right)])..<Int(offsets[Int(right) + 1])]
                for (x, y) in zip(a, b) where x != y { return x < y }
                return a.count == b.count ? left < right : a.count < b.count
            }
        }
        var tree = TreeBuilder(count: count)
        for id in order { tree.insert(id, flat[Int(offsets[Int(id)])..<Int(offsets[Int(id) + 1])]) }
        tree.close(downTo: 0)
        var singles = 0
        for node in tree.nodes where node.depth == 1 && node.token >= 0 { singles += 1 }
        self.count = count
        longest = order.map { Int(offsets[Int($0) + 1] - offsets[Int($0)]) }.max() ?? 0
        isByteComplete = singles == 256
        nodes = tree.nodes
        nextTwin = tree.nextTwin
        self.bytes = flat
        self.offsets = offsets
        self.hasText = hasText
    }

    /// The token's text; nil where it has none or the id does not exist.
    package func bytes(of token: Int32) -> ArraySlice<UInt8>? {
        guard token >= 0, Int(token) < count, hasText[Int(token)] else { return nil }
        return bytes[Int(offsets[Int(token)])..<Int(offsets[Int(token) + 1])]
    }
}

extension TokenVocabulary {
    /// The bytes from the root to a node: every node lies on the way to some token.
    func bytes(to node: Int32) -> ArraySlice<UInt8> {
        var index = Int(node)
        while nodes[index].token < 0 { index += 1 }
        return (bytes(of: nodes[index].token) ?? []).prefix(Int(nodes[Int(node)].depth))
    }
}

/// Builds the tree from tokens in order of their bytes.
private struct TreeBuilder {
    var nodes: [TokenVocabulary.Node] = []
    var nextTwin: [Int32]
    private var path: [Int] = []
    private var previous: ArraySlice<UInt8> = []

    init(count: Int) { nextTwin = Array(repeating: -1, count: count) }

    mutating func insert(_ id: Int32, _ text: ArraySlice<UInt8>) {
        var shared = 0
        for (a, b) in zip(previous, text) {
            guard a == b else { break }
            shared += 1
        }
        close(downTo: shared)
        for (depth, byte) in text.enumerated().dropFirst(shared) {
            path.append(nodes.count)
            nodes.append(.init(end: 0, token: -1, depth: Int32(depth + 1), byte: byte))
        }
        let last = path[path.count - 1]
        nextTwin[Int(id)] = nodes[last].token
        nodes[last].token = id
        previous = text
    }

    /// Ends the subtrees below `depth`.
    mutating func close(downTo depth: Int) {
        while path.count > depth { nodes[path.removeLast()].end = Int32(nodes.count) }
    }
}
