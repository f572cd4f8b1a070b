// What a model is sent for a trial: the system text, the factors' texts in their places, and the prompt.
// It knows no chat template and no protocol.

/// One message of a trial's conversation.
package struct PlanMessage: Sendable, Hashable, Codable {
    package var role: Role
    package var content: String

    package init(role: Role, content: String) {
        self.role = role
        self.content = content
    }

    package enum Role: String, Sendable, Codable {
        case system, user
    }
}

extension Plan {
    /// The conversation that a trial opens with: a system message, unless nothing is said there, and the user's.
    ///
    /// Texts of the system prompt are joined by line ends; texts before and behind the prompt by empty lines.
    /// - Throws: `badRun` for a trial that is none of this plan's.
    package func messages(for trial: Trial) throws -> [PlanMessage] {
        guard let index = prompts.prompts.firstIndex(where: { $0.id == trial.prompt }) else {
            throw LabError(
                .badRun, "trial \(trial.index): the plan has no prompt '\(trial.prompt)'; is this its run?")
        }
        return try messages(
            levels: trial.cell.levels, promptIndex: index, repetition: trial.repetition)
    }

    /// The same by the prompt's place in the plan, which spares a search where all trials are rendered.
    package func messages(
        levels: [String: String], promptIndex: Int, repetition: Int
    ) throws -> [PlanMessage] {
        let prompt = prompts.prompts[promptIndex]
        var systemParts = [system]
        var before: [String] = []
        var question = prompt.text
        var after: [String] = []
        // Paraphrases go round over prompts and repetitions, alike in all levels with as many; a second factor's go round
        // once the first's are through, so that no paraphrase of one comes with the same one of the other only.
        var turn = promptIndex + repetition
        for factor in factors {
            guard let name = levels[factor.name],
                let level = factor.levels.first(where: { $0.name == name })
            else {
                throw LabError(
                    .badRun,
                    "the plan has no level '\(levels[factor.name] ?? "")' of factor '\(factor.name)'; is this its run?"
                )
            }
            switch factor.place {
            case .system: systemParts.append(level.text(turn))
            case .before: before.append(level.text(turn))
            case .after: after.append(level.text(turn))
            case .variant:
                guard let variant = prompt.variants[name] else {
                    throw LabError(.badRun, "prompt '\(prompt.id)' has no variant '\(name)'")
                }
                question = variant
            }
            turn /= factor.levels.map(\.texts.count).max() ?? 1
        }
        let systemText = systemParts.filter { !$0.isEmpty }.joined(separator: "\n")
        let userText = (before + [question] + after).filter { !$0.isEmpty }.joined(separator: "\n\n")
        let user = PlanMessage(role: .user, content: userText)
        return systemText.isEmpty ? [user] : [PlanMessage(role: .system, content: systemText), user]
    }
}

extension Factor.Level {
    /// The paraphrase whose turn it is.
    func text(_ turn: Int) -> String { texts.isEmpty ? "" : texts[turn % texts.count] }

    /// Whether it adds no words to the conversation.
    var isSilent: Bool { texts.allSatisfy(\.isEmpty) && !isPlacebo }
}
