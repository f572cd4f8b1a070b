// What can go wrong with a tool server, in words that name the server and the way out.

/// A tool server that could not be used.
package struct MCPError: Error, Equatable, CustomStringConvertible {
    package enum Code: Sendable, Equatable {
        /// The command line cannot be read, or names no program.
        case badCommand
        /// The server ended, or never began.
        case ended
        /// It did not answer in time.
        case timeout
        /// It answered with an error of its own.
        case refused
        /// What it said is not what the protocol has there.
        case badAnswer
    }

    package let code: Code
    package let description: String

    init(_ code: Code, _ server: String, _ problem: String) {
        self.code = code
        description = "tool server \(server): \(problem)"
    }
}
