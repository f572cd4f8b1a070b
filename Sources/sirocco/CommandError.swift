// What a command reports about its input once it runs: one line, without the usage that a misspelt option gets.

/// A problem with what the user asked for, in one line.
struct CommandError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
