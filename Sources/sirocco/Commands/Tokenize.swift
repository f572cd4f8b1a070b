// `sirocco tokenize`: text to ids and back.

import ArgumentParser
import Inference
import Tokenizers

struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a model's tokenizer cuts text.",
        discussion: "One line per token: id and piece. No token is added in front.")

    @OptionGroup var model: ModelArgument

    @Argument(help: "The text; standard input is read if it is left out or '-'.")
    var text: String?

    @Flag(help: "Recognise control tokens such as <|im_end|> in the text.")
    var control = false

    @Flag(help: "Print the ids alone, on one line.")
    var ids = false

    @Flag(help: "Read ids instead, separated by spaces, and print their text.")
    var decode = false

    @Flag(help: "Print a JSON array of objects with id and piece.")
    var json = false

    func run() throws {
        let tokenizer = try LoadedModel(path: try model.path()).tokenizer
        let text = text.flatMap { $0 == "-" ? nil : $0 } ?? standardInput()
        if decode {
            print(tokenizer.decode(try parse(text, tokenizer)))
            return
        }
        let tokens = tokenizer.encode([TextSegment(text, mayContainControl: control)], addBOS: false)
        if json {
            try printJSON(tokens.map { Record(id: $0, piece: tokenizer.piece($0)) })
        } else if ids {
            print(tokens.map(String.init).joined(separator: " "))
        } else {
            for token in tokens { print("\(token)".leftPadding(to: 7) + "  " + tokenizer.piece(token)) }
        }
    }

    private func parse(_ text: String, _ tokenizer: Tokenizer) throws -> [TokenID] {
        try text.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map { word in
            guard let id = TokenID(word), id >= 0, id < tokenizer.vocabularySize else {
                throw CommandError(
                    "'\(word)' is no token id; expected 0 to \(tokenizer.vocabularySize - 1)")
            }
            return id
        }
    }

    private func standardInput() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }

    private struct Record: Encodable {
        var id: TokenID
        var piece: String
    }
}
