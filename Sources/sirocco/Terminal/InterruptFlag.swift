// Ctrl-C while an answer is printed: a flag that the loop looks at, and not the end of the program.
// Knows nothing of what is interrupted.

import Glibc
import Synchronization

// A handler may only touch what is lock-free and already there. These are atomics with constant initial values.
private let pressed = Atomic<Int>(0)
private let armed = Atomic<Bool>(false)

/// SIGINT as a flag, for as long as a body runs.
package struct InterruptFlag: Sendable {
    /// Whoever presses this often, while nothing reacts, means it.
    private static let pressesThatEnd = 3

    /// True once Ctrl-C was pressed in this body. Cheap enough to ask for every token.
    package var isSet: Bool { pressed.load(ordering: .relaxed) > 0 }

    /// Runs `body` with SIGINT caught, then puts back what was there before. Bodies do not nest.
    package static func catching<Result, Failure: Error>(
        _ body: (InterruptFlag) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let previous = arm()
        defer { disarm(previous) }
        return try body(InterruptFlag())
    }

    /// The same for a body that waits for a stream of tokens.
    package static func catching<Result, Failure: Error>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (InterruptFlag) async throws(Failure) -> Result
    ) async throws(Failure) -> Result {
        let previous = arm()
        defer { disarm(previous) }
        return try await body(InterruptFlag())
    }

    private static func arm() -> sigaction {
        precondition(!armed.exchange(true, ordering: .acquiringAndReleasing), "InterruptFlag.catching nests")
        pressed.store(0, ordering: .relaxed)
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in
            let count = pressed.add(1, ordering: .relaxed).newValue
            if count >= InterruptFlag.pressesThatEnd { _exit(128 + SIGINT) }
        }
        // System calls under way go on: a file being read must not fail because of a key.
        action.sa_flags = Int32(SA_RESTART)
        var previous = sigaction()
        sigaction(SIGINT, &action, &previous)
        return previous
    }

    private static func disarm(_ previous: sigaction) {
        var previous = previous
        sigaction(SIGINT, &previous, nil)
        armed.store(false, ordering: .releasing)
    }
}
