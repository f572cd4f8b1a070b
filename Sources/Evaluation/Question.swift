// What a task makes of a row: what the model is asked, and how the same row looks as a worked example. It knows no model
// and no tokens.

/// What the model is asked about one row.
package enum Question: Sendable, Equatable {
    /// Which of these texts the model holds most likely after their contexts.
    case choice([Choice], correct: Int)
    /// To go on with this text.
    case answer(prompt: String)

    /// One of several ways in which a text may go on.
    package struct Choice: Sendable, Equatable {
        package var context: String
        package var continuation: String
        /// Characters of the answer proper, without what sets it apart: `acc_norm` divides by them.
        package var length: Int

        package init(context: String, continuation: String, length: Int) {
            self.context = context
            self.continuation = continuation
            self.length = length
        }
    }

    /// The same question after `text`.
    package func preceded(by text: String) -> Question {
        switch self {
        case .choice(let choices, let correct):
            let choices = choices.map {
                Choice(context: text + $0.context, continuation: $0.continuation, length: $0.length)
            }
            return .choice(choices, correct: correct)
        case .answer(let prompt): return .answer(prompt: text + prompt)
        }
    }
}

/// A row as its task reads it.
package struct Document: Sendable, Equatable {
    package var question: Question
    /// The row as a worked example, up to and with the empty line after it.
    package var example: String
    /// What the rows are counted by besides all together, and share their examples: MMLU's subject.
    package var group: String?
    /// What stands before the examples.
    package var heading: String

    package init(_ question: Question, example: String, group: String? = nil, heading: String = "") {
        self.question = question
        self.example = example
        self.group = group
        self.heading = heading
    }
}
