// Turns typed lines into messages: a line that ends in `\` goes on, `"""` opens and closes a block.
// Knows neither keys nor terminals, so piped input follows the same rules as typed input.

/// Collects lines until they make one message.
package struct MessageAssembler: Sendable {
    package enum Step: Equatable, Sendable {
        case message(String)
        /// The message goes on in the next line.
        case more
    }

    private enum Pending {
        case nothing
        case continued([String])
        case block([String])
    }

    private static let fence = "\"\"\""
    private var pending = Pending.nothing

    package init() {}

    /// Whether the next line belongs to a message already begun.
    package var isInsideMessage: Bool {
        if case .nothing = pending { false } else { true }
    }

    /// Takes one line, without its line end.
    package mutating func add(_ line: String) -> Step {
        switch pending {
        case .nothing:
            if line.hasPrefix(Self.fence) { return addToBlock([], line.dropFirst(Self.fence.count)) }
            return addToContinued([], line)
        case .continued(let lines):
            return addToContinued(lines, line)
        case .block(let lines):
            return addToBlock(lines, line[...])
        }
    }

    /// What was typed when the input ended in the middle of a message; nil when it did not.
    package mutating func finish() -> String? {
        defer { pending = .nothing }
        switch pending {
        case .nothing: return nil
        case .continued(let lines), .block(let lines): return lines.joined(separator: "\n")
        }
    }

    private mutating func addToContinued(_ lines: [String], _ line: String) -> Step {
        // Two backslashes at the end are one that the user means.
        if line.hasSuffix("\\\\") { return complete(lines + [String(line.dropLast())]) }
        guard line.hasSuffix("\\") else { return complete(lines + [line]) }
        pending = .continued(lines + [String(line.dropLast())])
        return .more
    }

    private mutating func addToBlock(_ lines: [String], _ line: Substring) -> Step {
        let isOpening = lines.isEmpty && !isInsideMessage
        if line.hasSuffix(Self.fence) {
            let last = line.dropLast(Self.fence.count)
            // A fence alone on the last line adds no empty line to the text.
            return complete(last.isEmpty && !isOpening ? lines : lines + [String(last)])
        }
        // Nor does a fence alone on the first.
        pending = .block(isOpening && line.isEmpty ? lines : lines + [String(line)])
        return .more
    }

    private mutating func complete(_ lines: [String]) -> Step {
        pending = .nothing
        return .message(lines.joined(separator: "\n"))
    }
}
