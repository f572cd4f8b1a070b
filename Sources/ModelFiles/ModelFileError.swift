// The one error of this module: what is wrong, where, and what to do about it.
// It knows how to show names out of hostile files safely; it decides nothing.

/// Why a model file cannot be read or written.
///
/// Its description is one line: the file, the tensor or key, the place in the file, what was expected and
/// found, and what to do, such as
/// `m.gguf: tensor output.weight (byte 812): expected 64 bytes of data, found 12; is this file truncated?`
public struct ModelFileError: Error, Equatable {
    /// The kind of failure, for programs.
    public enum Code: String, Sendable {
        /// The file cannot be opened, mapped or listed.
        case cannotOpen
        /// The file cannot be written.
        case cannotWrite
        /// The file is of another kind, or its structure contradicts itself.
        case invalid
        /// The file ends before what it promises.
        case truncated
        /// A version, byte order or type that Sirocco does not read.
        case unsupported
        /// A name that must be unique is not.
        case duplicate
        /// A value is of another type, or does not fit, than the reader asked for.
        case wrongType
        /// Something asked for, or announced by another file, is not there.
        case missing
        /// Larger than any real file, so most likely damaged.
        case tooLarge
    }

    /// Where in a file.
    public struct Place: Sendable, Equatable {
        /// The file's path; empty for data that came from memory.
        public var file: String
        /// The part of the file, such as `tensor output.weight` or `key general.name`.
        public var item: String?
        /// The offset in the file, in bytes.
        public var offset: Int?
    }

    /// The kind of failure.
    public let code: Code
    /// The file, and where in it.
    public let place: Place
    /// What is wrong: mostly `expected …, found …`.
    public let problem: String
    /// What the reader of the message can do, or a question that helps.
    public let fix: String?

    package init(
        _ code: Code, file: String, item: String? = nil, offset: Int? = nil, _ problem: String,
        fix: String? = nil
    ) {
        self.code = code
        place = Place(file: file, item: item, offset: offset)
        self.problem = problem
        self.fix = fix
    }
}

extension ModelFileError: CustomStringConvertible {
    /// One line for people; control characters out of files are escaped.
    public var description: String {
        var text = printable(place.file, limit: 4096)
        if let item = place.item { text += (text.isEmpty ? "" : ": ") + item }
        if let offset = place.offset { text += " (byte \(offset))" }
        if !text.isEmpty { text += ": " }
        text += problem
        if let fix { text += "; \(fix)" }
        return text
    }
}

/// A name out of a file, safe for a terminal and a log: control characters escaped, long names cut.
package func printable(_ name: String, limit: Int = 100) -> String {
    var text = ""
    for (position, scalar) in name.unicodeScalars.enumerated() {
        guard position < limit else { return text + "…" }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
            text += "\\u{\(String(scalar.value, radix: 16))}"
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text
}
