// Finds special tokens in text: the leftmost, of those the longest. It knows their bytes and kinds; where
// control tokens are allowed is the caller's to say.

/// A trie over the special tokens' bytes. A search costs O(text · longest token), and the longest is bounded.
struct SpecialTokens: Sendable {
    /// No known vocabulary has a special token a tenth as long.
    static let longestAllowed = 1024

    struct Match {
        var token: TokenID
        var range: Range<Int>
    }

    private struct Node {
        var token: TokenID = -1
        var isControl = false
        var firstChild: Int32 = -1
        var nextSibling: Int32 = -1
        var byte: UInt8 = 0
    }
    private var nodes = [Node()]
    private var roots = [Int32](repeating: -1, count: 256)

    var isEmpty: Bool { nodes.count == 1 }

    mutating func insert(_ piece: ArraySlice<UInt8>, token: TokenID, isControl: Bool) {
        guard let first = piece.first else { return }
        var node = roots[Int(first)]
        if node < 0 {
            node = append(Node(byte: first))
            roots[Int(first)] = node
        }
        for byte in piece.dropFirst() {
            if let child = child(of: node, for: byte) {
                node = child
            } else {
                let child = append(Node(nextSibling: nodes[Int(node)].firstChild, byte: byte))
                nodes[Int(node)].firstChild = child
                node = child
            }
        }
        guard nodes[Int(node)].token < 0 else { return }
        nodes[Int(node)].token = token
        nodes[Int(node)].isControl = isControl
    }

    private mutating func append(_ node: Node) -> Int32 {
        nodes.append(node)
        return Int32(nodes.count - 1)
    }

    @inline(__always)
    private func child(of node: Int32, for byte: UInt8) -> Int32? {
        var child = nodes[Int(node)].firstChild
        while child >= 0, nodes[Int(child)].byte != byte { child = nodes[Int(child)].nextSibling }
        return child >= 0 ? child : nil
    }

    /// The longest special token that begins at `start` and ends by `end`; a control token only if it ends by
    /// `controlEnd`.
    @inline(__always)
    func match(in text: [UInt8], at start: Int, end: Int, controlEnd: Int) -> Match? {
        var node = roots[Int(text[start])]
        if node < 0 { return nil }
        var found: Match?
        var index = start + 1
        while true {
            let entry = nodes[Int(node)]
            if entry.token >= 0, !entry.isControl || index <= controlEnd {
                found = Match(token: entry.token, range: start..<index)
            }
            guard index < end, let child = child(of: node, for: text[index]) else { return found }
            node = child
            index += 1
        }
    }
}
