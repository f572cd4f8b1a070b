// Reads a user's messages: edited with history on a terminal, as plain lines from a pipe.
// Knows how a message is typed, not what is done with it.

import CEdit
import Glibc

/// Messages from standard input, one at a time. Blocks while the user thinks; belongs to one thread.
package final class LineEditor {
    package enum Input: Equatable, Sendable {
        case message(String)
        /// Ctrl-D, the end of a pipe, or Ctrl-C twice on an empty line.
        case end
    }

    private let session: EditSession?
    private let history: HistoryFile?
    private let coloured: Bool
    private var assembler = MessageAssembler()

    /// - Parameters:
    ///   - commands: what Tab completes at the start of a message, such as `/quit`.
    ///   - history: where messages are kept between runs; nil keeps them for this run only.
    package init(commands: [String] = [], history: HistoryFile? = nil) {
        self.history = history
        coloured = Terminal.showsColour(.output)
        // Prompts in a file or pipe would be noise among answers.
        if Terminal.isTerminal(.input) && Terminal.isTerminal(.output) {
            try? history?.trim()
            session = EditSession(
                completing: commands.sorted(), history: history?.entries() ?? [],
                historyLimit: history?.limit ?? 1000)
        } else {
            session = nil
        }
    }

    /// Whether somebody types, so that hints and greetings make sense.
    package var isInteractive: Bool { session != nil }

    /// The next message. `prompt` stands before its first line; further lines get dots of the same width.
    /// - Parameter remembers: whether the arrow keys bring it back; an answer to a question is not worth that.
    package func read(prompt: String = "> ", style: Style? = .green, remembers: Bool = true) -> Input {
        var interruptedBefore = false
        let further = String(repeating: ".", count: max(prompt.count - 1, 1)) + " "
        while true {
            let shown = assembler.isInsideMessage ? further : prompt
            switch nextLine(prompt: shown, style: style) {
            case .text(let line):
                interruptedBefore = false
                guard case .message(let message) = assembler.add(line) else { continue }
                if remembers { remember(message) }
                return .message(message)
            case .interrupted(let wasEmpty):
                let begun = assembler.finish() != nil
                if wasEmpty && !begun && interruptedBefore { return .end }
                if wasEmpty && !begun {
                    Terminal.write(
                        Style.dim("Ctrl-C again or Ctrl-D ends.\n", coloured: coloured), to: .output)
                }
                interruptedBefore = wasEmpty && !begun
            case .end:
                if isInteractive { Terminal.write("\n", to: .output) }
                // A pipe may end without closing its block; what it said still counts.
                guard let message = assembler.finish(), !isInteractive else { return .end }
                return .message(message)
            }
        }
    }

    private func nextLine(prompt: String, style: Style?) -> EditSession.Line {
        if let session {
            // libedit and the program share one screen; what the program printed comes first.
            fflush(nil)
            return session.read(prompt: prompt, style: style, coloured: coloured)
        }
        return readLine(strippingNewline: true).map { .text($0) } ?? .end
    }

    private func remember(_ message: String) {
        guard let session, !message.allSatisfy(\.isWhitespace) else { return }
        session.remember(message)
        // History is a comfort: a full disk must not end a conversation.
        try? history?.append(message)
    }
}
