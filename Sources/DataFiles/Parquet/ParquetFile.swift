// A Parquet file as its callers see it: groups of rows. Footer, pages, encodings and levels each have a file of their own.

import ChatTemplates

/// Reads Parquet as pyarrow, pandas, polars and duckdb write it, a row group at a time.
struct ParquetFile {
    static let magic: [UInt8] = Array("PAR1".utf8)

    private let file: DataBytes
    private let footer: ParquetFooter
    private let nodes: [ParquetNode]

    /// - Parameter columns: those wanted, at the top level; nil: all.
    init(_ file: DataBytes, columns: Set<String>? = nil) throws(DataFileError) {
        self.file = file
        footer = try ParquetFooter(file)
        nodes = footer.columns.filter { columns?.contains($0.name) ?? true }
    }

    /// Row groups.
    var groups: Int { footer.groups.count }

    /// The rows of a group, all of them: a group is what its writer held in memory.
    func rows(group: Int) throws(DataFileError) -> [JSONObject] {
        let (rows, chunks) = (footer.groups[group].rows, footer.groups[group].chunks)
        let place = "\(file.path), row group \(group)"
        var columns: [ParquetColumn] = []
        for leaf in nodes.flatMap(Self.leaves) {
            let chunk = chunks[leaf.column]
            guard leaf.repetitions > 0 || chunk.values == rows else {
                throw DataFileError(
                    .invalid, "\(place), column \(leaf.column): \(chunk.values) values for \(rows) rows")
            }
            columns.append(try ParquetColumn(file, leaf, chunk, place: "\(place), column \(leaf.column)"))
        }
        guard !columns.isEmpty else { return [] }
        var reader = ParquetRows(nodes, columns)
        var objects: [JSONObject] = []
        do {
            for _ in 0..<rows { objects.append(try reader.next()) }
        } catch {
            throw DataFileError(
                .invalid, "\(place): after \(objects.count) rows the columns disagree; is the file damaged?")
        }
        guard reader.isAtEnd else {
            throw DataFileError(.invalid, "\(place): more values than \(rows) rows; is the file damaged?")
        }
        return objects
    }

    private static func leaves(_ node: ParquetNode) -> [ParquetLeaf] {
        switch node.kind {
        case .leaf(let leaf): [leaf]
        case .group(let children, _, _): children.flatMap(leaves)
        }
    }
}
