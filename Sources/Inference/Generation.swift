// What a caller holds of its request: the events, as they come. It knows how to end the work, and nothing of it.

/// The work on one request, as it goes on: events that end with `.finished`, or an `EngineError`.
///
/// Events wait until they are read; there are never more than the request's tokens. Whoever stops reading,
/// or whose task is cancelled, cancels the work. It keeps its engine alive.
public struct Generation: AsyncSequence, Sendable {
    public typealias Element = TokenEvent
    let events: AsyncThrowingStream<TokenEvent, any Error>
    /// Ends the work at the next step; `.finished` with reason `cancelled` follows.
    public let cancel: @Sendable () -> Void
    let engine: Engine

    public func makeAsyncIterator() -> Iterator {
        Iterator(events: events.makeAsyncIterator(), engine: engine)
    }

    /// The events, one after the other.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate var events: AsyncThrowingStream<TokenEvent, any Error>.Iterator
        fileprivate let engine: Engine  // a loop over `Engine(…).generate(…)` holds nothing but this

        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws -> TokenEvent? { try await events.next(isolation: actor) }
    }
}
