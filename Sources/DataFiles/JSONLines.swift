// Rows of a JSON Lines file: one object a line. It knows lines and where they are; what JSON is, JSONValue knows.

package import ChatTemplates

/// Reads the objects of a text in UTF-8, one a line; lines without any are passed over.
///
/// A line is held at a time, so a file may be larger than memory.
package struct JSONLines {
    /// A line longer than this is most likely not JSON Lines at all.
    private static let lineLimit = 256 << 20

    private let file: DataBytes
    private var position = 0
    /// Number of the line that `next` read last; the first is 1.
    package private(set) var line = 0

    init(_ file: DataBytes) {
        self.file = file
        // A mark that some editors put in front of UTF-8.
        if file.count >= 3, file[0] == 0xEF, file[1] == 0xBB, file[2] == 0xBF { position = 3 }
    }

    /// The next line's object; nil: there are no more.
    package mutating func next() throws(DataFileError) -> JSONObject? {
        while position < file.count {
            let end = file.firstIndex(of: 0x0A, from: position) ?? file.count
            let bytes = position..<end
            position = end + 1
            line += 1
            guard bytes.count <= Self.lineLimit else {
                throw error("the line has \(bytes.count) bytes; is this JSON Lines, one object a line?")
            }
            let text = file.text(bytes)
            guard let text else { throw error("the line is not UTF-8") }
            if text.utf8.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            return try object(text)
        }
        return nil
    }

    private func object(_ text: String) throws(DataFileError) -> JSONObject {
        let value: JSONValue
        do { value = try JSONValue.parse(text) } catch { throw self.error(error.description) }
        guard case .object(let object) = value else {
            throw error("expected one JSON object a line, found another value")
        }
        return object
    }

    private func error(_ problem: String) -> DataFileError {
        DataFileError(.invalid, "\(file.path), line \(line): \(problem)")
    }
}
