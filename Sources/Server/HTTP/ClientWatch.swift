// Notices that a client has gone, also while nothing is being written to it. Knows channels, no requests.

import NIOCore
import Synchronization

/// Told by a connection's pipeline when the client ends it. A client that closes only its own direction counts as
/// gone, as with nginx: from here the two look alike.
final class ClientWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private struct State {
        var isGone = false
        var actions: [Int: @Sendable () -> Void] = [:]
        var next = 0
    }

    private let state = Mutex(State())
    private let directory: Directory

    init(_ directory: Directory) { self.directory = directory }

    /// Where the watch of a channel is found. Channels enter and leave by themselves.
    final class Directory: Sendable {
        private let watches = Mutex<[ObjectIdentifier: ClientWatch]>([:])
        subscript(channel: any Channel) -> ClientWatch? { watches.withLock { $0[ObjectIdentifier(channel)] } }
        fileprivate func set(_ watch: ClientWatch?, for channel: any Channel) {
            watches.withLock { $0[ObjectIdentifier(channel)] = watch }
        }
        /// Open connections.
        var count: Int { watches.withLock { $0.count } }
    }

    /// Runs `body`; if the client goes meanwhile, `action` is run, once.
    func whileConnected<Result>(
        orElse action: @escaping @Sendable () -> Void, _ body: () async throws -> Result
    ) async rethrows -> Result {
        let id: Int? = state.withLock { state in
            guard !state.isGone else { return nil }
            state.next += 1
            state.actions[state.next] = action
            return state.next
        }
        if id == nil { action() }
        defer { if let id { state.withLock { _ = $0.actions.removeValue(forKey: id) } } }
        return try await body()
    }

    private func gone() {
        let actions = state.withLock { state in
            state.isGone = true
            defer { state.actions = [:] }
            return Array(state.actions.values)
        }
        for action in actions { action() }
    }

    func handlerAdded(context: ChannelHandlerContext) { directory.set(self, for: context.channel) }

    func handlerRemoved(context: ChannelHandlerContext) { directory.set(nil, for: context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
        gone()
        directory.set(nil, for: context.channel)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { gone() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        gone()
        context.fireErrorCaught(error)
    }
}
