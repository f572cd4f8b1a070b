// Starts the thread that an engine runs on. It knows nothing of engines.

import Glibc

/// Runs `body` on a new thread of the system, past Swift's cooperative pool: it may block as long as it likes.
func startThread(stackBytes: Int, _ body: @escaping @Sendable () -> Void) {
    final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
    defer { attributes.deallocate() }
    pthread_attr_init(attributes)
    defer { pthread_attr_destroy(attributes) }
    pthread_attr_setdetachstate(attributes, CInt(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(attributes, stackBytes)
    var thread = pthread_t()
    let failed = pthread_create(
        &thread, attributes,
        { argument in
            guard let argument else { return nil }
            Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        }, Unmanaged.passRetained(Start(body)).toOpaque())
    precondition(failed == 0, "cannot start a thread: \(String(cString: strerror(failed)))")
}
