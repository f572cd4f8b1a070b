// What `bench` is doing, on one line of a terminal that goes away at the end. Where nobody watches, nothing.

/// The line may be told from any task.
package final class BenchProgress: Sendable {
    private let isLive = Terminal.isTerminal(.error) && Terminal.environment("TERM") != "dumb"
    private let coloured = Terminal.showsColour(.error)

    package init() {}

    deinit { finish() }

    func show(_ activity: String) {
        guard isLive else { return }
        let text = String((activity + "…").prefix(max(Terminal.width(.error) - 1, 0)))
        Terminal.write("\r" + Style.dim(text, coloured: coloured) + "\u{1B}[K", to: .error)
    }

    /// Clears the line.
    package func finish() {
        if isLive { Terminal.write("\r\u{1B}[K", to: .error) }
    }
}
