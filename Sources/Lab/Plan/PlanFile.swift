// A plan's files: the YAML and, beside it, the prompts as JSONL. Every mistake comes with file, line and column.
// What the keys mean is Plan+Reading.swift's, what contradicts itself Plan+Checks.swift's.

import ChatTemplates
import Foundation
import SystemPackage

/// Reading and writing plans.
package enum PlanFile {
    /// Reads a plan and checks it. Throws `LabError` for the first thing that is wrong.
    /// - Parameter path: the YAML file; the file of prompts is looked for in its folder.
    package static func read(_ path: String, metrics: [any Metric] = Metrics.all) throws -> Plan {
        let yaml = try readText(path)
        let folder = FilePath(path).removingLastComponent()
        return try parse(yaml, file: path, metrics: metrics) { name in
            let path = folder.pushing(FilePath(name)).string
            return (path, try readText(path))
        }
    }

    /// The same from text.
    /// - Parameters:
    ///   - file: what messages call the text.
    ///   - open: gives the path and the text of a file that the plan names.
    package static func parse(
        _ yaml: String, file: String, metrics: [any Metric] = Metrics.all,
        open: (String) throws -> (path: String, text: String)
    ) throws -> Plan {
        let node = try PlanNode.parse(yaml: yaml, file: file)
        var lines: [PlanNode] = []
        let plan = try Plan(node) { name in
            let (path, text) = try open(try name.text(most: 4096))
            lines = try promptLines(text, file: path)
            guard !lines.isEmpty else { throw name.error("\(path) holds no prompt") }
            return try lines.enumerated().map { try Prompt($1, number: $0 + 1) }
        }
        if let flaw = plan.flaws(metrics: metrics).first { throw located(flaw, in: node, promptLines: lines) }
        return plan
    }

    /// A flaw's place is where its key stands, or the nearest one above it that is written down.
    private static func located(_ flaw: PlanFlaw, in node: PlanNode, promptLines: [PlanNode]) -> LabError {
        if flaw.path.steps.count > 2, flaw.path.steps[..<2] == [.key("prompts"), .key("list")],
            case .index(let index) = flaw.path.steps[2], promptLines.indices.contains(index)
        {
            return promptLines[index].error(flaw.message)
        }
        var place = node.deepest(flaw.path)
        place.path = flaw.path.description
        return place.error(flaw.message)
    }

    /// One object, or one text, a line; empty lines are passed over.
    private static func promptLines(_ text: String, file: String) throws -> [PlanNode] {
        var nodes: [PlanNode] = []
        // Bytes: a carriage return and line feed are one Character.
        for (index, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            var line = String(Substring(line))
            if line.hasSuffix("\r") { line.removeLast() }
            if line.allSatisfy(\.isWhitespace) { continue }
            let place = PlanNode.Place(file: file, line: index + 1, column: 1)
            do {
                nodes.append(PlanNode(try JSONValue.parse(line), place))
            } catch {
                throw place.error("expected one JSON object {\"prompt\": …} a line; \(error)")
            }
        }
        return nodes
    }

    private static func readText(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw LabError(.file, "\(path.onOneLine): there is no such file, or it cannot be read")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw LabError(.file, "\(path.onOneLine): this file is not UTF-8 text; save it as UTF-8")
        }
        // Some editors put a byte order mark first.
        return text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }

    /// Reads prompts from the text of a JSONL file; `file` is what messages call it.
    package static func prompts(jsonl text: String, file: String) throws -> [Prompt] {
        try promptLines(text, file: file).enumerated().map { try Prompt($1, number: $0 + 1) }
    }

    /// Writes a plan as two files in `folder`, which is made if it is not there: `experiment.yaml`, which explains
    /// itself, and `prompts.jsonl`. Nothing is overwritten.
    /// - Parameter about: what the experiment is about, for the head of the file.
    package static func write(_ plan: Plan, to folder: String, about: String = "") throws {
        let folder = FilePath(folder)
        let files = [
            (folder.appending("experiment.yaml").string, plan.yaml(about: about)),
            (folder.appending("prompts.jsonl").string, plan.promptLines),
        ]
        do {
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            for (path, _) in files where FileManager.default.fileExists(atPath: path) {
                throw LabError(.file, "\(path): is there already; choose another folder, or remove it")
            }
            for (path, text) in files {
                try Data(text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
            }
        } catch let error as LabError {
            throw error
        } catch {
            throw LabError(
                .file, "\(folder.string): cannot write here: \(error.localizedDescription)".onOneLine)
        }
    }
}
