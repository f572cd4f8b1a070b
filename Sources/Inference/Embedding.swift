// A text's embedding: what is asked for, and how the states of its tokens become one vector. It knows no scheduling.

/// How the states of a text's tokens become one vector.
public enum Pooling: String, Sendable, Codable {
    /// Their mean.
    case mean
    /// The last token's state, which has seen all the others.
    case last
}

/// One text's vector as it comes into being, position after position.
package struct EmbeddingSum {
    private let pooling: Pooling
    private let normalizes: Bool
    /// In double precision and in order of position: the same however the text was cut into steps.
    private var sum: [Double] = []
    private var count = 0

    package init(_ pooling: Pooling, normalizes: Bool) {
        self.pooling = pooling
        self.normalizes = normalizes
    }

    /// Whether the state of `position` counts, in a text of `length`.
    package func wants(_ position: Int, length: Int) -> Bool { pooling == .mean || position == length - 1 }

    /// Takes the state of the next position that counts.
    package mutating func add(_ state: UnsafeBufferPointer<Float>) {
        if sum.isEmpty { sum = [Double](repeating: 0, count: state.count) }
        for index in 0..<state.count { sum[index] += Double(state[index]) }
        count += 1
    }

    /// The vector; nil: the model computed something that is not a number.
    package var result: [Float]? {
        var values = sum.map { $0 / Double(count) }
        if normalizes {
            let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            // A vector of zeros has no direction; it stays what it is.
            if length > 0 { values = values.map { $0 / length } }
        }
        let result = values.map(Float.init)
        return result.allSatisfy(\.isFinite) ? result : nil
    }
}
