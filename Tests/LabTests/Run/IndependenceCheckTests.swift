// Copies that pass for samples: each kind is planted and found, and what only looks like one is not.

import Lab
import Testing

@Suite struct IndependenceCheckTests {
    private let rows = SmallRun().expectedRows

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let expected: IndependenceCheck.Finding?
        var temperature = 1.0
        /// Makes the second row, which is another prompt's, out of what the first one is.
        let change: @Sendable (inout Row, Row) -> Void
    }

    static let cases: [Case] = [
        Case(testDescription: "nothing in common", expected: nil) { _, _ in },
        Case(testDescription: "seed", expected: .sameSeed(trial: 0)) { $0.trial.seed = $1.trial.seed },
        Case(testDescription: "seed and request", expected: .sameRequest(trial: 0)) {
            $0.trial.seed = $1.trial.seed
            $0.requestDigest = $1.requestDigest
        },
        Case(testDescription: "request alone", expected: nil) { $0.requestDigest = $1.requestDigest },
        Case(testDescription: "response id", expected: .sameResponse(trial: 0)) {
            $0.responseID = $1.responseID
        },
        Case(testDescription: "response id of another model", expected: nil) {
            $0.responseID = $1.responseID
            $0.trial.cell.model = "other"
        },
        Case(testDescription: "long answer to one prompt", expected: .sameAnswer(trial: 0)) {
            $0.trial.prompt = $1.trial.prompt
            $0.answer = $1.answer
        },
        Case(testDescription: "long answer to two prompts", expected: nil) { $0.answer = $1.answer },
        Case(testDescription: "long answer at temperature 0", expected: nil, temperature: 0) {
            $0.trial.prompt = $1.trial.prompt
            $0.answer = $1.answer
        },
        Case(testDescription: "answer of 31 tokens", expected: nil) {
            $0.trial.prompt = $1.trial.prompt
            $0.answer = $1.answer
            $0.tokens = 31
        },
    ]

    @Test("A row that repeats another is found by what it repeats", arguments: cases)
    func findings(_ table: Case) {
        var check = IndependenceCheck(temperature: table.temperature)
        check.add(rows[0])
        var second = rows[3]
        table.change(&second, rows[0])
        #expect(check.finding(second) == table.expected)
        let counts = IndependenceCheck.counts([rows[0], second], temperature: table.temperature)
        #expect(counts.isClean == (table.expected == nil))
        #expect(counts.rows == 2)
    }

    @Test("A short answer of the same second is a copy only where answers have no names")
    func sameMoment() {
        for (id, expected) in [(nil, IndependenceCheck.Finding.sameMoment(trial: 0)), ("x", nil)] {
            var check = IndependenceCheck(temperature: 1)
            var (first, second) = (rows[0], rows[1])
            (first.responseID, second.responseID) = (id.map { $0 + "1" }, id.map { $0 + "2" })
            (first.answer, second.answer) = ("Yes", "Yes")
            (first.tokens, second.tokens) = (1, 1)
            second.requestDigest = first.requestDigest
            check.add(first, created: 1_700_000_000)
            #expect(check.finding(second, created: 1_700_000_000) == expected)
            #expect(check.finding(second, created: 1_700_000_001) == nil)
        }
    }

    @Test("Every row of an honest run is a sample of its own; every copy of one is counted")
    func counts() {
        #expect(IndependenceCheck.counts(rows, temperature: 1).isClean)
        let counts = IndependenceCheck.counts(rows + rows.prefix(7), temperature: 1)
        #expect(counts.sameRequest == 7)
        #expect(counts.rows == rows.count + 7)
    }
}
