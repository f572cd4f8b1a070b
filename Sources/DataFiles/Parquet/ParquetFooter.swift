// A Parquet file's footer: its tree of columns, and where their pages lie. Source: apache/parquet-format,
// parquet.thrift. It reads no values.

/// How a leaf's values are stored.
enum ParquetPhysicalType: Int64 {
    case boolean = 0
    case int32 = 1
    case int64 = 2
    case int96 = 3
    case float = 4
    case double = 5
    case byteArray = 6
    case fixedBytes = 7
}

/// What a leaf's values mean, where it is not just what they are stored as.
enum ParquetMeaning: Equatable {
    case plain
    case text
    case unsigned
    case half
    case date
    /// Parts of a second.
    case time(perSecond: Int64)
    case timestamp(perSecond: Int64, isUTC: Bool)
    case decimal(scale: Int)
    case uuid
}

/// One node of the tree of columns.
struct ParquetNode {
    enum Repetition: Int64 {
        case required = 0
        case optional = 1
        case repeated = 2
    }
    enum Kind {
        /// `column` is its place among the leaves.
        case leaf(ParquetLeaf)
        case group([ParquetNode], isList: Bool, isMap: Bool)
    }

    let name: String
    let repetition: Repetition
    let kind: Kind
    /// Of a value that is there, at this node: how many optional and repeated nodes lie on the way to it, and repeated
    /// ones.
    let definition: Int
    let repetitions: Int
}

struct ParquetLeaf {
    let column: Int
    let type: ParquetPhysicalType
    let width: Int  // of fixedBytes
    let meaning: ParquetMeaning
    let definition: Int
    let repetitions: Int
}

/// Where one leaf's pages of one row group lie.
struct ParquetChunk {
    let codec: ParquetCodec
    let values: Int
    let range: Range<Int>
    let dictionary: Bool
}

struct ParquetFooter {
    /// In one group: pyarrow writes no more, and a few damaged bytes could promise any number.
    private static let rowLimit = 1 << 26

    struct Group {
        let rows: Int
        let chunks: [ParquetChunk]
    }

    let columns: [ParquetNode]
    let leaves: [ParquetLeaf]
    let groups: [Group]

    /// Reads the footer of `file`.
    init(_ file: DataBytes) throws(DataFileError) {
        func failure(_ problem: String) -> DataFileError {
            DataFileError(.invalid, "\(file.path): \(problem)")
        }
        guard file.count >= 12, file.copy(file.count - 4..<file.count) == ParquetFile.magic else {
            throw failure(
                "a Parquet file ends with PAR1, and this one does not; is it truncated, or encrypted?")
        }
        let length = (0..<4).reduce(0) { $0 | Int(file[file.count - 8 + $1]) << (8 * $1) }
        guard length <= file.count - 12 else {
            throw failure("the footer has \(length) bytes, more than the file; is it truncated?")
        }
        var reader = ThriftReader(file.copy(file.count - 8 - length..<file.count - 8))
        let tree: ThriftValue
        do { tree = try reader.readStruct() } catch {
            throw failure("the footer is damaged (byte \(file.count - 8 - length + error.index))")
        }
        guard let elements = tree[2]?.list, let groups = tree[4]?.list else {
            throw failure("the footer has no schema or no row groups")
        }
        var schema = SchemaReader(path: file.path, elements: elements)
        columns = try schema.readColumns()
        leaves = schema.leaves
        self.groups = try Self.groups(groups, leaves, file)
    }

    private static func groups(
        _ list: [ThriftValue], _ leaves: [ParquetLeaf], _ file: DataBytes
    ) throws(DataFileError) -> [Group] {
        var groups: [Group] = []
        for (number, group) in list.enumerated() {
            func failure(_ problem: String, _ code: DataFileError.Code = .invalid) -> DataFileError {
                DataFileError(code, "\(file.path), row group \(number): \(problem)")
            }
            guard let columns = group[1]?.list, columns.count == leaves.count,
                let rows = group[3]?.int.flatMap({ Int(exactly: $0) }), (0...Self.rowLimit).contains(rows)
            else { throw failure("expected \(leaves.count) columns and a number of rows") }
            var chunks: [ParquetChunk] = []
            for (column, chunk) in columns.enumerated() {
                guard let data = chunk[3], let code = data[4]?.int, let values = data[5]?.int,
                    let size = data[7]?.int, let start = data[9]?.int
                else { throw failure("column \(column): its description is not whole") }
                guard let codec = Int32(exactly: code).flatMap(ParquetCodec.init) else {
                    let name = Int32(exactly: code).flatMap { ParquetCodec.names[$0] } ?? "number \(code)"
                    throw failure(
                        "column \(column) is packed with \(name), which is not read; write the file with snappy, "
                            + "gzip or zstd", .unsupported)
                }
                let dictionary = data[11]?.int
                // Some writers leave 0 where there is none.
                let first = dictionary.flatMap { $0 > 0 && $0 < start ? $0 : nil } ?? start
                guard first >= 4, size >= 0, size <= file.count, first <= file.count - Int(size),
                    (0...Int64(Self.rowLimit)).contains(values)
                else { throw failure("column \(column): its pages lie outside the file; is it truncated?") }
                chunks.append(
                    ParquetChunk(
                        codec: codec, values: Int(values), range: Int(first)..<Int(first) + Int(size),
                        dictionary: first != start))
            }
            groups.append(Group(rows: rows, chunks: chunks))
        }
        return groups
    }
}

/// Builds the tree out of its nodes, which stand in the order of a walk.
private struct SchemaReader {
    private static let depthLimit = 32

    let path: String
    let elements: [ThriftValue]
    private(set) var leaves: [ParquetLeaf] = []
    private var index = 0

    init(path: String, elements: [ThriftValue]) {
        self.path = path
        self.elements = elements
    }

    mutating func readColumns() throws(DataFileError) -> [ParquetNode] {
        guard let count = elements.first?[5]?.int else { throw failure("there is no root of the schema") }
        index = 1
        let columns = try readNodes(count, 0, 0, depth: 0)
        guard index == elements.count else { throw failure("the schema has more nodes than its tree") }
        return columns
    }

    private mutating func readNodes(
        _ count: Int64, _ definition: Int, _ repetitions: Int, depth: Int
    ) throws(DataFileError) -> [ParquetNode] {
        guard depth < Self.depthLimit else { throw failure("columns are nested too deeply") }
        guard count >= 0, count <= elements.count - index else { throw failure("the schema is cut short") }
        var nodes: [ParquetNode] = []
        for _ in 0..<count { nodes.append(try readNode(definition, repetitions, depth: depth)) }
        return nodes
    }

    private mutating func readNode(
        _ definition: Int, _ repetitions: Int, depth: Int
    ) throws(DataFileError) -> ParquetNode {
        guard index < elements.count else { throw failure("the schema is cut short") }
        let element = elements[index]
        index += 1
        guard let name = element[4]?.text,
            let repetition = element[3]?.int.flatMap(ParquetNode.Repetition.init)
        else { throw failure("a node of the schema has no name or no repetition") }
        let definition = definition + (repetition == .required ? 0 : 1)
        let repetitions = repetitions + (repetition == .repeated ? 1 : 0)
        let kind: ParquetNode.Kind
        if let count = element[5]?.int, count > 0 {
            let converted = element[6]?.int
            let isList = converted == 3 || element[10]?[3] != nil
            let isMap = converted == 1 || converted == 2 || element[10]?[2] != nil
            let children = try readNodes(count, definition, repetitions, depth: depth + 1)
            kind = .group(children, isList: isList, isMap: isMap)
        } else {
            guard let type = element[1]?.int.flatMap(ParquetPhysicalType.init) else {
                throw failure("column \(name) has no type that is known")
            }
            let width = element[2]?.int ?? 0
            guard type != .fixedBytes || (1...1 << 20).contains(width) else {
                throw failure("column \(name): values of \(width) bytes")
            }
            let leaf = ParquetLeaf(
                column: leaves.count, type: type, width: Int(width),
                meaning: Self.meaning(element, type, width),
                definition: definition, repetitions: repetitions)
            leaves.append(leaf)
            kind = .leaf(leaf)
        }
        return ParquetNode(
            name: name, repetition: repetition, kind: kind, definition: definition, repetitions: repetitions)
    }

    /// Out of the newer annotation, or else the older one; what fits no stored type is left as it is stored.
    private static func meaning(
        _ element: ThriftValue, _ type: ParquetPhysicalType, _ width: Int64
    ) -> ParquetMeaning {
        let (logical, converted) = (element[10], element[6]?.int)
        func perSecond(_ unit: ThriftValue?) -> Int64 {
            unit?[3] != nil ? 1_000_000_000 : unit?[2] != nil ? 1_000_000 : 1000
        }
        switch type {
        case .byteArray
        where logical?[1] != nil || logical?[4] != nil || logical?[12] != nil
            || converted == 0 || converted == 4 || converted == 19:
            return .text  // strings, enumerations, JSON
        case .int32, .int64:
            if logical?[10]?[2]?.bool == false || (11...14).contains(converted ?? 0) { return .unsigned }
            if logical?[6] != nil || converted == 6, type == .int32 { return .date }
            if let time = logical?[7] { return .time(perSecond: perSecond(time[2])) }
            if converted == 7 || converted == 8 { return .time(perSecond: converted == 7 ? 1000 : 1_000_000) }
            if let stamp = logical?[8] {
                return .timestamp(perSecond: perSecond(stamp[2]), isUTC: stamp[1]?.bool ?? false)
            }
            if converted == 9 || converted == 10 {
                return .timestamp(perSecond: converted == 9 ? 1000 : 1_000_000, isUTC: true)
            }
        case .int96: return .timestamp(perSecond: 1_000_000_000, isUTC: false)
        case .fixedBytes where logical?[15] != nil && width == 2: return .half
        case .fixedBytes where logical?[14] != nil && width == 16: return .uuid
        default: break
        }
        if logical?[5] != nil || converted == 5 {
            let scale = logical?[5]?[1]?.int ?? element[7]?.int ?? 0
            if (0...76).contains(scale) { return .decimal(scale: Int(scale)) }
        }
        return .plain
    }

    private func failure(_ problem: String) -> DataFileError {
        DataFileError(.invalid, "\(path): the footer's \(problem)")
    }
}
