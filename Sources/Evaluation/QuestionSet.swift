// All questions of a benchmark as the model gets them: each with its heading and worked examples in front. It knows how
// examples are drawn; it knows no model.

package import DataFiles
import ModelFiles

/// The questions made of a file's rows.
package struct QuestionSet: Sendable {
    /// One row's question.
    package struct Item: Sendable {
        /// Place of the row in the file, from 0.
        package let index: Int
        package let row: DataRow
        package let group: String?
        /// With heading and examples.
        package let question: Question
        /// Names all that the model is asked: results are only taken over where this is the same.
        package let fingerprint: String
    }

    package let task: any EvaluationTask
    package let shots: Int
    package let items: [Item]

    /// - Parameters:
    ///   - rows: what is asked about.
    ///   - examples: rows that worked examples are drawn from.
    ///   - shots: examples before each question.
    ///   - limit: the most questions, of each group if the task has groups; nil: all.
    package init(
        _ task: any EvaluationTask, rows: [DataRow], examples: [DataRow] = [], shots: Int, limit: Int? = nil
    ) throws(EvaluationError) {
        self.task = task
        self.shots = shots
        let asked = try rows.map { row throws(EvaluationError) in try task.document(row) }
        var drawer = try ShotDrawer(task, examples, count: shots)
        var taken: [String?: Int] = [:]
        var items: [Item] = []
        for (index, document) in asked.enumerated() {
            guard taken[document.group, default: 0] < limit ?? .max else { continue }
            taken[document.group, default: 0] += 1
            let examples = try drawer.draw(for: document, rows[index]).map(\.example).joined()
            let question = document.question.preceded(by: document.heading + examples)
            items.append(
                Item(
                    index: index, row: rows[index], group: document.group, question: question,
                    fingerprint: question.fingerprint))
        }
        self.items = items
        guard !items.isEmpty else {
            throw EvaluationError(.badData, "there are no rows, so there is nothing to ask")
        }
    }
}

/// Draws the worked examples, question after question: with random ones, each depends on those before.
private struct ShotDrawer {
    private struct Example {
        let row: DataRow
        let document: Document
    }

    private let rule: ShotRule
    private let count: Int
    private let pool: [Example]
    private let groups: [String?: [Document]]
    /// The harness's seed for examples.
    private var random = PythonRandom(seed: 1234)

    init(_ task: any EvaluationTask, _ rows: [DataRow], count: Int) throws(EvaluationError) {
        rule = type(of: task).shotRule
        self.count = count
        guard count > 0 else {
            (pool, groups) = ([], [:])
            return
        }
        pool = try task.examples(rows).map { row throws(EvaluationError) in
            Example(row: row, document: try task.document(row))
        }
        groups = Dictionary(grouping: pool.map(\.document), by: \.group)
        if case .random(let excludesOwn) = rule, pool.count < count + (excludesOwn ? 1 : 0) {
            throw Self.tooFew(count, pool.count)
        }
    }

    mutating func draw(for document: Document, _ row: DataRow) throws(EvaluationError) -> [Document] {
        guard count > 0 else { return [] }
        switch rule {
        case .first:
            let group = groups[document.group] ?? []
            guard group.count >= count else { throw Self.tooFew(count, group.count, of: document.group) }
            return Array(group[..<count])
        case .random(excludesOwn: false):
            return random.sample(count, of: pool.count).map { pool[$0].document }
        case .random(excludesOwn: true):
            let drawn = random.sample(count + 1, of: pool.count).filter { !pool[$0].row.equals(row) }
            if drawn.count >= count { return drawn[..<count].map { pool[$0].document } }
            // The question's row is in the pool more than once, and was drawn twice.
            let others = pool.indices.filter { !pool[$0].row.equals(row) }
            guard others.count >= count else { throw Self.tooFew(count, others.count) }
            return random.sample(count, of: others.count).map { pool[others[$0]].document }
        }
    }

    private static func tooFew(_ count: Int, _ found: Int, of group: String? = nil) -> EvaluationError {
        EvaluationError(
            .badRequest,
            "\(count) worked examples are to be drawn"
                + (group.map { " for \($0)" } ?? "")
                + ", but there are rows for \(found); name a file with more by --train, or fewer --shots")
    }
}

extension Question {
    /// A hash of all that the model is asked (FNV-1a, 64 bits, in hexadecimal).
    var fingerprint: String {
        var hash = FNV1a()
        func add(_ text: String) {
            hash.add(text)
            hash.add(0xFF)  // a byte that no text has: where it ends
        }
        switch self {
        case .choice(let choices, let correct):
            for choice in choices {
                add(choice.context)
                add(choice.continuation)
            }
            add("\(correct)")
        case .answer(let prompt): add(prompt)
        }
        return hash.value.hexadecimal
    }
}
