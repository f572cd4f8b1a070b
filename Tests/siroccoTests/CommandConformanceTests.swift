// What every command owes its user. A new row in `Sirocco.configuration.subcommands` is held to it at once.

import ArgumentParser
import Foundation
import Testing
import sirocco

@Suite("Every command")
struct CommandConformanceTests {
    static let commands = Sirocco.configuration.subcommands
    private static let documentation: String = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appending(path: "docs/commands.md"), encoding: .utf8)) ?? ""
    }()

    private func name(_ command: any ParsableCommand.Type) -> String {
        command.configuration.commandName ?? "\(command)".lowercased()
    }

    @Test("says in one sentence what it does", arguments: commands.indices)
    func abstract(index: Int) {
        let abstract = Self.commands[index].configuration.abstract
        #expect(abstract.hasSuffix(".") && abstract.count <= 80 && abstract.first?.isUppercase == true)
    }

    @Test("has a section with a runnable example in docs/commands.md", arguments: commands.indices)
    func documented(index: Int) {
        let name = name(Self.commands[index])
        let headings = Self.documentation.split(separator: "\n").filter { $0.hasPrefix("## ") }
        let documented = headings.flatMap { $0.dropFirst(3).prefix { $0 != ":" }.split(separator: ", ") }
        #expect(documented.contains(Substring(name)))
        #expect(["$", "|"].contains { Self.documentation.contains("\($0) sirocco \(name)") })
    }

    @Test("explains each of its options", arguments: commands.indices)
    func help(index: Int) {
        let help = Sirocco.helpMessage(for: Self.commands[index], columns: 200)
        let lines = help.split(separator: "\n")
        for (line, next) in zip(lines, lines.dropFirst() + [""]) where line.hasPrefix("  -") {
            // A long option has its explanation in the next line, further in.
            let text = line.trimmingPrefix("  ")
            let afterValue = text.lastIndex(of: ">").map { text[$0...].dropFirst() } ?? ""
            let isExplained = text.contains("  ") || !afterValue.isEmpty || next.hasPrefix("      ")
            #expect(isExplained, "no help for: \(line)")
        }
        #expect(help.contains("USAGE: sirocco \(name(Self.commands[index]))"))
    }

    @Test("refuses an option it does not know, and a missing argument, in words", arguments: commands.indices)
    func refusals(index: Int) {
        let name = name(Self.commands[index])
        // A group of commands explains itself.
        let isGroup = !Self.commands[index].configuration.subcommands.isEmpty
        let needsNothing = isGroup || ["list", "key"].contains(name)
        for arguments in [[name, "--no-such-option"], [name]] where !needsNothing || arguments.count > 1 {
            #expect(throws: (any Error).self) { _ = try Sirocco.parseAsRoot(arguments) }
        }
    }
}
