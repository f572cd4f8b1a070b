// Where a request's results go: to the reader of its events, or to whoever waits for a vector.

enum Reply: Sendable {
    case events(AsyncThrowingStream<TokenEvent, any Error>.Continuation)
    case embedding(AsyncThrowingStream<[Float], any Error>.Continuation)

    func yield(_ event: TokenEvent) {
        if case .events(let reader) = self { reader.yield(event) }
    }

    /// The end of a request, however far it came.
    func finish(_ summary: GenerationSummary, embedding: EmbeddingSum?) {
        switch self {
        case .events(let reader):
            reader.yield(.finished(summary))
            reader.finish()
        case .embedding(let reader):
            switch summary.reason {
            case .stop, .length:
                if let vector = embedding?.result {
                    reader.yield(vector)
                    reader.finish()
                } else {
                    reader.finish(
                        throwing: EngineError(
                            .badLogits, "the text's embedding is not a number; is the model file damaged?"))
                }
            case .cancelled: reader.finish(throwing: CancellationError())
            case .deadline:
                reader.finish(
                    throwing: EngineError(.deadline, "the embedding was not done by the request's deadline"))
            }
        }
    }

    func fail(_ error: EngineError) {
        switch self {
        case .events(let reader): reader.finish(throwing: error)
        case .embedding(let reader): reader.finish(throwing: error)
        }
    }
}
