// A value of a plan's file with its place, so that every mistake is reported where it stands. Comes from YAML or from
// JSON; knows nothing of what a plan holds.

import ChatTemplates
import Yams

/// One value of the file.
struct PlanNode: Sendable {
    var value: Value
    var place: Place

    indirect enum Value: Sendable {
        case null
        /// As it is written; what it means is up to who reads it, so that `no` may name a level.
        case scalar(String, isQuoted: Bool)
        case list([PlanNode])
        case map([(key: String, keyPlace: Place, node: PlanNode)])
    }

    /// Where a value stands.
    struct Place: Sendable, Equatable {
        var file: String
        /// From 1; nil in files that are not written by hand.
        var line: Int?
        var column: Int?
        /// Keys from the top: `factors.date.levels[2]`.
        var path: String = ""

        func key(_ name: String) -> Place {
            var place = self
            let shown = name.utf8.count > 60 ? String(name.prefix(60)) + "…" : name
            place.path = path.isEmpty ? shown : "\(path).\(shown)"
            return place
        }

        func item(_ index: Int) -> Place {
            var place = self
            place.path += "[\(index)]"
            return place
        }

        func at(_ mark: Mark?) -> Place {
            var place = self
            if let mark { (place.line, place.column) = (mark.line, mark.column) }
            return place
        }

        /// An error in one line: `experiment.yaml:12:5: hypothesis.metric: …`.
        func error(_ message: String) -> LabError {
            var text = file
            if let line { text += ":\(line):\(column ?? 1)" }
            if !path.isEmpty { text += ": \(path)" }
            return LabError(.badPlan, "\(text): \(message)".onOneLine)
        }
    }

    func error(_ message: String) -> LabError { place.error(message) }

    /// `expected …, found …`.
    func mismatch(_ expected: String) -> LabError { error("expected \(expected), found \(found)") }

    /// What stands there, for messages.
    var found: String {
        switch value {
        case .null: "nothing"
        case .scalar(let text, let isQuoted):
            isQuoted ? "the text \"\(text.clipped)\"" : "'\(text.clipped)'"
        case .list(let items): items.isEmpty ? "an empty list" : "a list of \(items.count)"
        case .map(let entries):
            "a group of keys (\(entries.prefix(3).map(\.key.clipped).joined(separator: ", ")))"
        }
    }
}

extension PlanNode {
    /// Reads YAML. A plan has no use for anchors, tags and several documents, and they are refused: an alias would
    /// change two places at once, and a thousand of them would fill memory.
    static func parse(yaml: String, file: String) throws -> PlanNode {
        let top = Place(file: file)
        guard yaml.utf8.count <= 8 << 20 else {
            throw top.error("the plan is larger than 8 MiB; put its prompts into a file of their own")
        }
        do {
            let parser = try Parser(yaml: yaml)
            // A node holds its anchor weakly: the parser must outlive the look for anchors.
            return try withExtendedLifetime(parser) {
                guard let node = try parser.singleRoot() else {
                    throw top.error("the file is empty; `sirocco lab new` writes one that explains itself")
                }
                return try PlanNode(node, top, depth: 0)
            }
        } catch let error as YamlError { throw top.error(of: error) }
    }

    private init(_ node: Node, _ place: Place, depth: Int) throws {
        self.place = place.at(node.mark)
        guard depth < 16 else { throw self.place.error("values are nested more deeply than any plan's are") }
        guard node.anchor == nil else {
            throw self.place.error("anchors and aliases (& and *) are not used in plans; write the value out")
        }
        switch node {
        case .scalar(let scalar):
            let isQuoted = scalar.style != .plain
            let isNull = !isQuoted && ["", "~", "null"].contains(scalar.string)
            value = isNull ? .null : .scalar(scalar.string, isQuoted: isQuoted)
        case .sequence(let items):
            value = .list(
                try items.enumerated().map { try PlanNode($1, place.item($0), depth: depth + 1) })
        case .mapping(let mapping):
            var entries: [(key: String, keyPlace: Place, node: PlanNode)] = []
            var seen: Set<String> = []
            for (key, child) in mapping {
                guard case .scalar(let name) = key else {
                    throw self.place.at(key.mark).error(
                        "expected a name as key, found a list or group of keys")
                }
                let childPlace = place.key(name.string).at(key.mark)
                guard seen.insert(name.string).inserted else {
                    throw childPlace.error("this key is there twice; keep one")
                }
                entries.append(
                    (name.string, childPlace, try PlanNode(child, place.key(name.string), depth: depth + 1)))
            }
            value = .map(entries)
        case .alias:
            throw self.place.error("aliases (*) are not used in plans; write the value out")
        }
    }

    /// The same from JSON; `place` has no line but that of a JSONL file.
    init(_ json: JSONValue, _ place: Place) {
        self.place = place
        switch json {
        case .null: value = .null
        case .bool(let bool): value = .scalar(bool ? "true" : "false", isQuoted: false)
        case .int(let int): value = .scalar(String(int), isQuoted: false)
        case .double(let double): value = .scalar("\(double)", isQuoted: false)
        case .string(let text): value = .scalar(text, isQuoted: true)
        case .array(let items):
            value = .list(items.enumerated().map { PlanNode($1, place.item($0)) })
        case .object(let object):
            value = .map(
                object.members.map { ($0.key, place.key($0.key), PlanNode($0.value, place.key($0.key))) })
        }
    }

    /// The deepest value on a path of keys and `[indices]`: where an error about that path is reported.
    func deepest(_ path: PlanPath) -> Place {
        var node = self
        for (position, step) in path.steps.enumerated() {
            switch (step, node.value) {
            case (.key(let name), .map(let entries)):
                guard let entry = entries.first(where: { $0.key == name }) else { return node.place }
                // A key stands where a reader looks for it; its value may be pages long.
                if position == path.steps.count - 1, case .map = entry.node.value { return entry.keyPlace }
                node = entry.node
            case (.index(let index), .list(let items)) where items.indices.contains(index):
                node = items[index]
            default: return node.place
            }
        }
        return node.place
    }
}

/// The way to a value from the plan's top.
package struct PlanPath: Sendable, Equatable, CustomStringConvertible, ExpressibleByStringLiteral {
    package enum Step: Sendable, Equatable {
        case key(String)
        case index(Int)
    }

    package var steps: [Step] = []

    package init(_ steps: [Step] = []) { self.steps = steps }
    package init(stringLiteral key: String) { steps = [.key(key)] }

    package static func / (path: PlanPath, key: String) -> PlanPath { PlanPath(path.steps + [.key(key)]) }
    package static func / (path: PlanPath, index: Int) -> PlanPath { PlanPath(path.steps + [.index(index)]) }

    package var description: String {
        steps.reduce(into: "") { text, step in
            switch step {
            case .key(let name): text += text.isEmpty ? name : ".\(name)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}

extension PlanNode.Place {
    fileprivate func error(of error: YamlError) -> LabError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark).error(
                "this is no YAML: \(problem); is the indentation right, and is text with ': ' or '#' in quotes?"
            )
        case .reader(let problem, let offset, _, _):
            return self.error("this is no YAML: \(problem)\(offset.map { " at character \($0)" } ?? "")")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return key(duplicates.first ?? "").at(context.mark).error("this key is there twice; keep one")
        default: return self.error("this is no YAML: \(error)")
        }
    }
}

extension String {
    /// Short enough for a message.
    var clipped: String { unicodeScalars.count > 60 ? String(prefix(60)) + "…" : self }

    /// Without what would break the line, or change a terminal.
    var onOneLine: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate: " "
                    default: scalar
                    }
                }))
    }
}
