// Rows out of columns: lists, structs and nulls by repetition and definition levels. Source: Melnik et al., Dremel, VLDB
// 2010. It knows levels, and nothing of pages.

import ChatTemplates

/// Puts the rows of a row group together, one after the other.
struct ParquetRows {
    /// The columns disagree with each other, or with the schema.
    struct Damaged: Error {}

    /// A leaf, and how far it is read.
    private struct Cursor {
        let leaf: ParquetLeaf
        let repetitions: [UInt8]
        let definitions: [UInt8]
        let entries: Int
        let values: [JSONValue]
        var entry = 0
        var value = 0

        /// How much of the next entry is there: the leaf's own level if there is nothing optional.
        var definition: Int? {
            guard entry < entries else { return nil }
            return definitions.isEmpty ? leaf.definition : Int(definitions[entry])
        }
        var repetition: Int? {
            guard entry < entries else { return nil }
            return repetitions.isEmpty ? 0 : Int(repetitions[entry])
        }
    }

    private let nodes: [ParquetNode]
    private var cursors: [Int: Cursor]

    init(_ nodes: [ParquetNode], _ columns: [ParquetColumn]) {
        self.nodes = nodes
        cursors = [:]
        for column in columns {
            cursors[column.leaf.column] = Cursor(
                leaf: column.leaf, repetitions: column.repetitions, definitions: column.definitions,
                entries: column.entries, values: column.values.flatMap { column.leaf.json($0) })
        }
    }

    mutating func next() throws(Damaged) -> JSONObject {
        var row = JSONObject()
        for node in nodes { row[node.name] = try read(node) }
        return row
    }

    /// Whether all entries are read, as they are when the last row was.
    var isAtEnd: Bool { cursors.values.allSatisfy { $0.entry == $0.entries } }

    private mutating func read(_ node: ParquetNode) throws(Damaged) -> JSONValue {
        let first = Self.firstLeaf(node)
        guard let definition = cursors[first]?.definition else { throw Damaged() }
        switch node.repetition {
        case .required: return try content(node)
        case .optional:
            if definition >= node.definition { return try content(node) }
            try skip(node)
            return .null
        case .repeated:
            guard definition >= node.definition else {
                try skip(node)
                return .array([])
            }
            var items: [JSONValue] = []
            repeat { items.append(try content(node)) } while cursors[first]?.repetition == node.repetitions
            return .array(items)
        }
    }

    private mutating func content(_ node: ParquetNode) throws(Damaged) -> JSONValue {
        switch node.kind {
        case .leaf(let leaf):
            guard var cursor = cursors[leaf.column], cursor.definition == leaf.definition,
                cursor.value < cursor.values.count
            else { throw Damaged() }
            let value = cursor.values[cursor.value]
            cursor.entry += 1
            cursor.value += 1
            cursors[leaf.column] = cursor
            return value
        case .group(let children, let isList, let isMap):
            if isList || isMap, children.count == 1, children[0].repetition == .repeated {
                let items = try read(children[0])
                guard isList, let element = Self.wrapped(children[0], in: node.name) else { return items }
                guard case .array(let values) = items else { return items }
                return .array(values.map { $0[element] ?? .null })
            }
            var object = JSONObject()
            for child in children { object[child.name] = try read(child) }
            return .object(object)
        }
    }

    /// The name of a list's element, where the repeated node only wraps it. Source: LogicalTypes.md, backward compatibility
    /// of lists: old writers repeat the element itself.
    private static func wrapped(_ repeated: ParquetNode, in list: String) -> String? {
        guard case .group(let children, _, _) = repeated.kind, children.count == 1, repeated.name != "array",
            repeated.name != list + "_tuple"
        else { return nil }
        return children[0].name
    }

    /// Passes the one entry that says what is missing in each leaf below.
    private mutating func skip(_ node: ParquetNode) throws(Damaged) {
        switch node.kind {
        case .leaf(let leaf):
            guard cursors[leaf.column]?.entry ?? .max < cursors[leaf.column]?.entries ?? 0,
                cursors[leaf.column]?.definition != leaf.definition
            else { throw Damaged() }
            cursors[leaf.column]?.entry += 1
        case .group(let children, _, _): for child in children { try skip(child) }
        }
    }

    private static func firstLeaf(_ node: ParquetNode) -> Int {
        switch node.kind {
        case .leaf(let leaf): leaf.column
        case .group(let children, _, _): children.first.map(firstLeaf) ?? -1
        }
    }
}
