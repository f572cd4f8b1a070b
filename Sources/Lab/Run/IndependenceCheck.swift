// Tells rows that are samples of their own from copies: of a seed, of a response, of an answer.
// It knows rows only, and neither servers nor files.

/// Looks for signs that two rows are one draw.
///
/// A cache on the way hands out one answer many times; a test then sees many samples with no spread, and rejects everything.
package struct IndependenceCheck: Sendable {
    /// Answers at least this long are never drawn twice by chance at a temperature above 0, where nothing forces the words.
    package static let leastTokens = 32

    /// What was found about a row.
    package enum Finding: Sendable, Equatable {
        /// Its seed is that of an earlier row.
        case sameSeed(trial: Int)
        /// Both the request and the seed are those of an earlier row.
        case sameRequest(trial: Int)
        /// The server gave the answer the name of an earlier one.
        case sameResponse(trial: Int)
        /// The same answer to the same request, made in the same second, by a server that names no answers.
        case sameMoment(trial: Int)
        /// The same long answer to the same prompt by the same model.
        case sameAnswer(trial: Int)
    }

    /// What a set of rows comes to.
    package struct Counts: Sendable, Equatable {
        package var rows = 0
        package var sameSeed = 0
        package var sameRequest = 0
        package var sameResponse = 0
        package var sameAnswer = 0

        /// Whether every row is a sample of its own, as far as rows can show it.
        package var isClean: Bool { sameSeed + sameRequest + sameResponse + sameAnswer == 0 }
    }

    private struct Request: Hashable {
        let digest: String
        let seed: UInt64
    }
    private struct Response: Hashable {
        let model: String
        let id: String
    }
    private struct Moment: Hashable {
        let digest: String
        let created: Int
        let answer: String
    }
    private struct Text: Hashable {
        let model: String
        let prompt: String
        let answer: String
    }

    private let comparesAnswers: Bool
    private var seeds: [UInt64: Int] = [:]
    private var requests: [Request: Int] = [:]
    private var responses: [Response: Int] = [:]
    private var moments: [Moment: Int] = [:]
    private var answers: [Text: Int] = [:]

    /// - Parameter temperature: at 0 every answer to a prompt is the same, and equal answers show nothing.
    package init(temperature: Double) { comparesAnswers = temperature > 0 }

    /// The first finding about `row` among the rows that were added; nil: none.
    /// - Parameter created: when the server says that it made the answer.
    package func finding(_ row: Row, created: Int? = nil) -> Finding? {
        if let earlier = requests[request(row)] { return .sameRequest(trial: earlier) }
        if let earlier = seeds[row.trial.seed] { return .sameSeed(trial: earlier) }
        if let response = response(row), let earlier = responses[response] {
            return .sameResponse(trial: earlier)
        }
        if let moment = moment(row, created), let earlier = moments[moment] {
            return .sameMoment(trial: earlier)
        }
        if let text = text(row), let earlier = answers[text] { return .sameAnswer(trial: earlier) }
        return nil
    }

    /// Takes `row` for a sample.
    package mutating func add(_ row: Row, created: Int? = nil) {
        let index = row.trial.index
        seeds[row.trial.seed] = index
        requests[request(row)] = index
        if let response = response(row) { responses[response] = index }
        if let moment = moment(row, created) { moments[moment] = index }
        if let text = text(row) { answers[text] = index }
    }

    /// Counts what is found in `rows`. A row counts once, for the gravest that it shows.
    package static func counts(_ rows: [Row], temperature: Double) -> Counts {
        var check = IndependenceCheck(temperature: temperature)
        var counts = Counts()
        for row in rows {
            counts.rows += 1
            switch check.finding(row) {
            case .sameRequest: counts.sameRequest += 1
            case .sameSeed: counts.sameSeed += 1
            case .sameResponse: counts.sameResponse += 1
            case .sameMoment, .sameAnswer: counts.sameAnswer += 1
            case nil: break
            }
            check.add(row)
        }
        return counts
    }

    private func request(_ row: Row) -> Request { Request(digest: row.requestDigest, seed: row.trial.seed) }

    /// Names are a server's own: two servers may use the same.
    private func response(_ row: Row) -> Response? {
        row.responseID.map { Response(model: row.trial.cell.model, id: $0) }
    }

    /// Where answers have names, two names are two answers, however equal: "Yes" comes twice in a second.
    private func moment(_ row: Row, _ created: Int?) -> Moment? {
        guard comparesAnswers, row.responseID == nil, let created else { return nil }
        return Moment(digest: row.requestDigest, created: created, answer: row.answer)
    }

    private func text(_ row: Row) -> Text? {
        guard comparesAnswers, row.tokens >= Self.leastTokens else { return nil }
        return Text(model: row.trial.cell.model, prompt: row.trial.prompt, answer: row.answer)
    }
}

extension IndependenceCheck.Finding: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sameSeed(let trial): "its seed is that of trial \(trial)"
        case .sameRequest(let trial): "its request and seed are those of trial \(trial)"
        case .sameResponse(let trial): "its response id is that of trial \(trial)"
        case .sameMoment(let trial): "its text and its time are those of trial \(trial)"
        case .sameAnswer(let trial): "its text is that of trial \(trial), word for word"
        }
    }
}
