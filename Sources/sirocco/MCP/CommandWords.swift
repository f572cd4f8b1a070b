// Owns cutting a command line into words, as a shell does with quotes. Refuses to be a shell: no variables, no pipes.

enum CommandWords {
    /// The words of a command line. Single quotes keep everything, double quotes keep all but `\"` and `\\`, and a
    /// backslash keeps the next character.
    /// - Throws: `badCommand` for a quote that is never closed, and for a line without words.
    static func split(_ line: String) throws(MCPError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                if quote == "\"", character != "\"", character != "\\" { word = (word ?? "") + "\\" }
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
                word = word ?? ""
            } else if quote == nil, character.isWhitespace {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else {
            throw MCPError(
                .badCommand, "'\(line)'", isEscaped ? "it ends in a backslash" : "a quote is never closed")
        }
        if let word { words.append(word) }
        guard !words.isEmpty else {
            throw MCPError(.badCommand, "''", "name a program: --tools \"python3 server.py\"")
        }
        return words
    }
}
