// Owns the tokens that a template's source falls into.
// Refuses to know what they mean together; that is the parser's.

struct Token: Equatable {
    enum Kind: Equatable {
        /// Text outside tags, after white space control.
        case data(Text)
        case blockBegin
        case blockEnd
        case variableBegin
        case variableEnd
        case name(String)
        case string(Text)
        case int(Int)
        case float(Double)
        /// One of `Lexer.operators`.
        case symbol(String)
        case end
    }

    let kind: Kind
    let line: Int

    /// How messages name the token.
    var description: String {
        switch kind {
        case .data: "text"
        case .blockBegin: "'{%'"
        case .blockEnd: "end of statement block"
        case .variableBegin: "'{{'"
        case .variableEnd: "end of print statement"
        case .name(let name): "'\(name)'"
        case .string: "a string"
        case .int, .float: "a number"
        case .symbol(let symbol): "'\(symbol)'"
        case .end: "end of template"
        }
    }
}
