// What Anthropic's, Ollama's and OpenAI's newer API have in common: an answer that takes in event after event and can be
// given whole. Knows none of their shapes.

/// An answer in the making.
protocol GrowingAnswer: Sendable {
    /// What a stream sends of it.
    associatedtype Piece
    var id: String { get }
    /// The choices that have ended.
    var ends: [AnswerEnd] { get }
    /// Takes in what comes next; gives what a stream sends of it.
    mutating func take(_ event: AnswerEvent) -> [Piece]
}

extension Call {
    /// `initial` with all of `answer` in it.
    func whole<Growing: GrowingAnswer>(_ answer: RunningAnswer, into initial: Growing) async throws -> Growing
    {
        try await grow(initial, by: answer) { _ in }
    }

    /// Lets `initial` grow by `answer`, and has each piece sent. Throws what `answer` or `send` throws.
    @discardableResult
    func grow<Growing: GrowingAnswer>(
        _ initial: Growing, by answer: RunningAnswer, _ send: (Growing.Piece) async throws -> Void
    ) async throws -> Growing {
        let grown = try await whileConnected(answer) {
            var growing = initial
            for try await event in answer.events() {
                for piece in growing.take(event) { try await send(piece) }
            }
            return growing
        }
        finished(answer.plan, grown.ends, id: grown.id)
        return grown
    }
}
