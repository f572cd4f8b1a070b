// Bounds what one connection can hold of the server, whatever its client does or leaves undone. Knows HTTP's parts,
// no requests.

import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Ends connections that hold the server up: a head that does not come, a reader that does not read, a body that nobody
/// wants and that does not end. Hummingbird's own idle timeout begins anew with each byte of a body and stops while an
/// answer is being made, so none of these would ever end by it.
///
/// Lives on its channel's event loop: `@unchecked Sendable`.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler, @unchecked Sendable {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client that was told that its connection ends may go on sending what nobody reads. Closing at once
    /// would reset the connection, and the answer might be lost on the way.
    private static let linger = TimeAmount.seconds(2)

    private let limits: HTTPLimits
    private var head: Scheduled<Void>?
    private var reader: Scheduled<Void>?
    private var body: Scheduled<Void>?
    private var running = 0  // requests whose answers are not out
    private var isReceivingBody = false
    private var isClosing = false

    init(_ limits: HTTPLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) { awaitHead(context) }

    func handlerRemoved(context: ChannelHandlerContext) { cancelAll() }

    func channelInactive(context: ChannelHandlerContext) {
        cancelAll()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let request):
            head?.cancel()
            head = nil
            running += 1
            isReceivingBody = true
            if running == 1, request.wantsContinue(limits) {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            isReceivingBody = false
            body?.cancel()
            body = nil
            if isClosing, running == 0 { context.close(promise: nil) }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part = unwrapOutboundIn(data)
        context.write(data, promise: promise)
        switch part {
        case .head(let response):
            if response.headerFields[.connection]?.lowercased() == "close" { isClosing = true }
        case .body: break
        case .end:
            running -= 1
            guard running == 0 else { return }
            if isReceivingBody {
                let time = isClosing ? Self.linger : .nanoseconds(limits.bodySeconds)
                body = close(context, in: time)
            } else if isClosing {
                context.flush()
                context.close(promise: nil)
            } else {
                awaitHead(context)
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            reader?.cancel()
            reader = nil
        } else if reader == nil {
            reader = close(context, in: .nanoseconds(limits.writeSeconds))
        }
        context.fireChannelWritabilityChanged()
    }

    private func awaitHead(_ context: ChannelHandlerContext) {
        head?.cancel()
        head = close(context, in: .nanoseconds(limits.idleSeconds))
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func cancelAll() {
        for task in [head, reader, body] { task?.cancel() }
    }
}

extension HTTPRequest {
    /// Whether the client waits to be told to send its body; one that is too large is not asked for.
    fileprivate func wantsContinue(_ limits: HTTPLimits) -> Bool {
        headerFields[.expect]?.lowercased() == "100-continue"
            && (headerFields[.contentLength].flatMap { Int($0) } ?? 0) <= limits.bodyBytes
    }
}

extension TimeAmount {
    fileprivate static func nanoseconds(_ seconds: Double) -> TimeAmount {
        .nanoseconds(Int64(seconds * 1e9))
    }
}
