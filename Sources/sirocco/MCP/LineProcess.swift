// Owns a program that talks in lines: started, fed, listened to, ended. Refuses to know what the lines say.

import Glibc
import Subprocess
import SystemPackage

/// A running program with a line of text as the unit of both its standard input and its standard output.
struct LineProcess: Sendable {
    /// What it writes to standard output; ends when the program closes it.
    let lines: AsyncStream<String>
    /// How it ended, in words; comes once it has.
    let ending: Task<String, Never>
    private let outbox: AsyncStream<String>.Continuation

    /// A line longer than this is no message but a flood.
    private static let longestLine = 16 << 20
    /// A program that ends while it is written to must not end this one; the signal's default would.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
    /// How long a program may take to end once asked to.
    private static let patience = Duration.seconds(2)

    /// - Parameters:
    ///   - command: the program, looked for in PATH unless it holds a slash, and its arguments.
    ///   - complaint: gets each line of standard error.
    init(_ command: [String], complaint: @escaping @Sendable (String) -> Void) {
        Self.ignoreBrokenPipes
        let (lines, arrived) = AsyncStream.makeStream(of: String.self)
        let (toSend, outbox) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        self.outbox = outbox
        ending = Task.detached {
            defer {
                arrived.finish()
                outbox.finish()
            }
            do {
                return try await Self.run(command, toSend, outbox, arrived, complaint)
            } catch let error as SubprocessError where error.code == .executableNotFound {
                return "there is no program '\(command[0])'"
            } catch { return "it could not be run: \(error)" }
        }
    }

    /// Hands a line to the program; it is lost where the program has ended.
    func send(_ line: String) { outbox.yield(line) }

    /// Ends the program: first by the end of its input, as the protocol has it, then by signals.
    func stop() async {
        outbox.finish()
        let impatience = Task {
            try await Task.sleep(for: Self.patience)
            ending.cancel()
        }
        _ = await ending.value
        impatience.cancel()
    }

    private static func run(
        _ command: [String], _ toSend: AsyncStream<String>, _ outbox: AsyncStream<String>.Continuation,
        _ arrived: AsyncStream<String>.Continuation, _ complaint: @escaping @Sendable (String) -> Void
    ) async throws -> String {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C at the terminal is for this program, which then asks the server to stop.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: patience)]
        let executable: Executable = command[0].contains("/") ? .path(.init(command[0])) : .name(command[0])
        let result = try await Subprocess.run(
            executable, arguments: Arguments(Array(command.dropFirst())), platformOptions: options,
            input: .inputWriter, output: .sequence, error: .sequence
        ) { execution in
            // JSON may hold U+2028 and its like, so only a line feed ends a line.
            let output = execution.standardOutput.strings(
                separatedBy: .unicodeScalarSequence(["\n"]), bufferingPolicy: .maxLineLength(longestLine))
            let errors = execution.standardError.strings(bufferingPolicy: .maxLineLength(longestLine))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await line in toSend {
                        // A program that has ended is noticed where its output ends.
                        _ = try? await execution.standardInputWriter.write(line + "\n")
                    }
                    try? await execution.standardInputWriter.finish()
                }
                group.addTask { for try await line in errors { complaint(line) } }
                group.addTask {
                    defer {
                        arrived.finish()
                        // Whoever says no more is told no more, so that the program and this task can end.
                        outbox.finish()
                    }
                    for try await line in output { arrived.yield(line) }
                }
                try await group.waitForAll()
            }
        }
        return switch result.terminationStatus {
        case .exited(let status): "it ended with status \(status)"
        case .signaled(let signal): "it was ended by signal \(signal)"
        }
    }
}
