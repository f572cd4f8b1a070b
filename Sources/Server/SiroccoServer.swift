// The server, put together: routes, layers, connections, signals. What it serves comes from outside.

import Crypto
import Dispatch
import FoundationEssentials
import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
package import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
package import UnixSignals

/// A running `sirocco serve`.
package struct SiroccoServer: Sendable {
    private let service: Service
    private let logger: Logger
    private let rereads: (@Sendable () throws -> ServerSettings)?

    /// - Parameters:
    ///   - pool: the models.
    ///   - rereads: reads the configuration anew on SIGHUP; nil: there is no file.
    package init(
        _ settings: ServerSettings, pool: ModelPool, version: String, logger: Logger,
        rereads: (@Sendable () throws -> ServerSettings)? = nil
    ) {
        service = Service(settings, pool: pool, version: version)
        self.logger = logger
        self.rereads = rereads
    }

    /// Serves until SIGTERM or SIGINT; then lets running answers end. `onReady` is told the address once it listens.
    package func run(onReady: @escaping @Sendable (String) -> Void) async throws {
        try await run(
            signals: await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup), onReady: onReady)
    }

    /// Serves until one of `signals` says to end.
    package func run(
        signals: some AsyncSequence<UnixSignal, Never> & Sendable,
        onReady: @escaping @Sendable (String) -> Void
    ) async throws {
        let settings = service.settings
        let address = BindAddress.hostname(settings.host, port: settings.port)
        let scheme = settings.tls == nil ? "http" : "https"
        let application = Application(
            router: router(), server: try transport(settings),
            configuration: ApplicationConfiguration(
                address: address, serverName: "sirocco", backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.limits.connections)),
            onServerRunning: { [service] channel in
                let port = channel.localAddress?.port ?? settings.port
                let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
                onReady("\(scheme)://\(host):\(port)")
                await Self.loadPinned(service, logger)
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: logger)
        let group = ServiceGroup(configuration: .init(services: [application], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do { try await group.run() } catch let error as IOError where error.errnoCode == EADDRINUSE {
                    throw ConfigurationError(
                        "\(settings.host):\(settings.port) is in use by another program; choose another with --port"
                    )
                } catch let error as IOError where error.errnoCode == EACCES {
                    throw ConfigurationError(
                        "\(settings.host):\(settings.port) may not be used by this user; choose a port above 1023"
                    )
                }
            }
            tasks.addTask { await watch(signals, group) }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
        await service.pool.shutdown()
    }

    private func router() -> Router<CallContext> {
        let router = Router(context: CallContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: EnvelopeMiddleware(service: service))
        router.add(middleware: AccessMiddleware(service: service))
        for endpoint in Endpoints.all {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { [service] request, context in
                try await endpoint.handle(Call(service: service, request: request, context: context))
            }
        }
        return router
    }

    private func transport(_ settings: ServerSettings) throws -> HTTPServerBuilder {
        let limits = settings.limits
        let watches = service.watches
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(limits), ClientWatch(watches)],
            idleTimeout: .milliseconds(Int64(limits.idleSeconds * 1000)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                maxHeaderFieldCount: 100))
        guard let tls = settings.tls else { return .http1(configuration: http) }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(tls.certificate)
            let key = try NIOSSLPrivateKey(file: tls.key, format: .pem)
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            return try .tls(.http1(configuration: http), tlsConfiguration: configuration)
        } catch {
            throw ConfigurationError("tls: cannot use \(tls.certificate) with \(tls.key): \(error)")
        }
    }

    private static func loadPinned(_ service: Service, _ logger: Logger) async {
        for settings in service.pool.settings where settings.isPinned == true {
            do { _ = try await service.pool.lease(settings.name) } catch {
                logger.error(
                    "model cannot be loaded", metadata: ["model": "\(settings.name)", "error": "\(error)"])
            }
        }
        service.isReady = true
    }

    /// SIGHUP reads the configuration anew; SIGTERM and SIGINT end the server, a second one at once.
    private func watch(
        _ signals: some AsyncSequence<UnixSignal, Never> & Sendable, _ group: ServiceGroup
    ) async {
        for await signal in signals {
            if signal == .sighup {
                reload()
                continue
            }
            guard !service.isDraining else { return }
            service.drain()
            logger.info("ending", metadata: ["running": "\(service.running)"])
            Task {
                let end = ContinuousClock.now + .seconds(service.settings.limits.drainSeconds)
                while service.running > 0, ContinuousClock.now < end {
                    try await Task.sleep(for: .milliseconds(50))
                }
                if service.running > 0 { service.pool.stop() }
                await group.triggerGracefulShutdown()
            }
        }
    }

    private func reload() {
        guard let rereads else {
            logger.notice("there is no configuration file to read again")
            return
        }
        do {
            let settings = try rereads()
            service.settings = settings
            service.pool.reload(settings.models, budget: settings.memory ?? ModelPool.defaultBudget)
            logger.notice("configuration read again", metadata: ["models": "\(settings.models.count)"])
        } catch { logger.error("configuration stays as it was", metadata: ["error": "\(error)"]) }
    }
}

extension ModelPool {
    /// Three quarters of the machine's memory.
    package static var defaultBudget: Int { Int(ProcessInfo.processInfo.physicalMemory / 4 * 3) }
}
