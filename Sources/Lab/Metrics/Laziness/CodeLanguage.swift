// How a language writes comments, and where dots are its own. It parses no language.

/// What laziness must know of the language of a fence.
struct CodeLanguage {
    /// What opens a comment to the line's end.
    var lineMarks: [String]
    /// What opens and closes a comment.
    var blockMarks: [(open: String, close: String)]
    /// Whether blocks are made by indentation below a colon.
    var isIndented = false
    /// Whether fences of this language hold output or plain text, in which dots and comments mean nothing.
    var isText = false

    init(_ name: String) {
        switch name {
        case "py", "python", "python3", "pyi", "gdscript", "nim":
            self.init(lines: ["#"], isIndented: true)
        case "rb", "ruby", "sh", "bash", "zsh", "shell", "yaml", "yml", "toml", "r", "perl", "make",
            "makefile", "julia",
            "dockerfile", "elixir", "powershell", "ps1", "cmake", "hcl", "terraform", "conf", "nginx":
            self.init(lines: ["#"])
        case "sql", "lua", "haskell", "hs", "ada", "elm", "vhdl":
            self.init(lines: ["--"], blocks: [("/*", "*/")])
        case "html", "xml", "svg", "markdown", "md":
            self.init(lines: [], blocks: [("<!--", "-->")])
        case "vue", "svelte", "php", "jsx", "tsx", "astro":
            self.init(lines: ["//"], blocks: [("/*", "*/"), ("<!--", "-->"), ("{/*", "*/}")])
        case "css": self.init(lines: [], blocks: [("/*", "*/")])
        case "lisp", "clojure", "scheme", "elisp", "asm", "nasm": self.init(lines: [";"])
        case "ini": self.init(lines: [";", "#"])
        case "tex", "latex", "matlab", "octave", "erlang", "prolog": self.init(lines: ["%"])
        case "vb", "vba", "basic": self.init(lines: ["'"])
        case "diff", "patch", "text", "txt", "console", "output", "log", "plaintext":
            self.init(lines: [], isText: true)
        case "js", "javascript", "ts", "typescript", "mjs", "java", "c", "h", "cpp", "c++", "cc", "cs",
            "csharp", "c#",
            "go", "golang", "rust", "rs", "swift", "kotlin", "kt", "scala", "dart", "objc", "objective-c",
            "groovy",
            "json", "jsonc", "json5", "scss", "less", "zig", "proto", "glsl", "solidity", "d":
            self.init(lines: ["//"], blocks: [("/*", "*/")])
        default:
            // Unknown, or no name at all: any comment, since phrases decide.
            self.init(lines: ["#", "//", "--"], blocks: [("/*", "*/"), ("<!--", "-->")])
        }
    }

    private init(
        lines: [String], blocks: [(open: String, close: String)] = [], isIndented: Bool = false,
        isText: Bool = false
    ) {
        lineMarks = lines
        blockMarks = blocks
        self.isIndented = isIndented
        self.isText = isText
    }

    /// A line's code and its comment, if it has one. A mark within a string or an address (`http://`) is none.
    func parts(of line: Substring) -> (code: Substring, comment: Substring?) {
        var quote: Character?
        var index = line.startIndex
        var before: Character = " "
        while index < line.endIndex {
            let character = line[index]
            if let open = quote {
                if character == open, before != "\\" { quote = nil }
            } else if let comment = comment(of: line[index...], after: before) {
                return (line[..<index].trimmed, comment)
            } else if character == "\"" || character == "`" {
                quote = character
            } else if character == "'", !before.isLetter, !before.isNumber, before != "&", before != "<" {
                // Not an apostrophe, a digit separator or a Rust lifetime.
                quote = character
            }
            before = character
            index = line.index(after: index)
        }
        return (line.trimmed, nil)
    }

    private func comment(of rest: Substring, after before: Character) -> Substring? {
        for (open, close) in blockMarks where rest.hasPrefix(open) {
            var text = rest.dropFirst(open.count)
            if text.trimmed.hasSuffix(close) { text = text.trimmed.dropLast(close.count) }
            return text.trimmed
        }
        for mark in lineMarks where rest.hasPrefix(mark) && (before.isWhitespace || "{};),".contains(before))
        {
            let text = rest.drop { mark.contains($0) }
            // "--option" and "#include" are no comments, and "#!" is no remark.
            if mark == "--", let first = text.first, !first.isWhitespace { return nil }
            if text.hasPrefix("!") { return nil }
            return text.trimmed
        }
        return nil
    }
}
