// The rows of a file, whatever its format: the front door of this module.

package import ChatTemplates

/// One row, and where it stands.
package struct DataRow: Sendable, Equatable {
    package let columns: JSONObject
    /// For messages: the file, and the line or row in it.
    package let place: String

    package init(_ columns: JSONObject, place: String) {
        self.columns = columns
        self.place = place
    }
}

/// Reads a file of rows in order, a piece of it at a time.
package struct RowReader {
    private enum Format {
        case lines(JSONLines)
        case parquet(ParquetFile, group: Int, rows: ArraySlice<JSONObject>)
    }

    private var format: Format
    private let path: String
    private var row = 0

    /// Opens a file of either format, told apart by its first bytes.
    /// - Parameter columns: the columns wanted, at the top level; nil: all. A hint, which spares reading.
    package init(path: String, columns: Set<String>? = nil) throws(DataFileError) {
        self.path = path
        let file = try DataBytes(path: path)
        // To add a format: one case here, told by how its files begin.
        if file.count >= 4, file.copy(0..<4) == ParquetFile.magic {
            format = .parquet(try ParquetFile(file, columns: columns), group: 0, rows: [])
        } else {
            format = .lines(JSONLines(file))
        }
    }

    /// The next row; nil: there are no more.
    package mutating func next() throws(DataFileError) -> DataRow? {
        switch format {
        case .lines(var lines):
            defer { format = .lines(lines) }
            return try lines.next().map { DataRow($0, place: "\(path), line \(lines.line)") }
        case .parquet(let file, var group, var rows):
            while rows.isEmpty, group < file.groups {
                rows = try file.rows(group: group)[...]
                group += 1
            }
            let next = rows.popFirst()
            format = .parquet(file, group: group, rows: rows)
            row += next == nil ? 0 : 1
            return next.map { DataRow($0, place: "\(path), row \(row)") }
        }
    }

    /// All rows, or the first `limit`.
    package static func rows(
        of path: String, columns: Set<String>? = nil, limit: Int = .max
    ) throws(DataFileError) -> [DataRow] {
        var reader = try RowReader(path: path, columns: columns)
        var rows: [DataRow] = []
        while rows.count < limit, let row = try reader.next() { rows.append(row) }
        return rows
    }
}
