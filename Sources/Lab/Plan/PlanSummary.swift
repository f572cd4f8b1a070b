// What a plan costs and can find, for a person and for a program. It knows no tokenizer and measures no speed; who asks
// brings both.

/// The answer of `lab plan`.
package struct PlanSummary: Sendable, Equatable, Codable {
    package var name: String
    package var question: String
    /// Models × levels, and the control arm's copies.
    package var cells: Int
    package var controlCopies: Int
    package var prompts: Int
    package var samples: Int
    package var trials: Int
    /// The trials that are done at each look; one: nobody looks before the end.
    package var looks: [Int]
    /// Nil: the plan says nothing of what is expected.
    package var power: PlanPower?
    package var cost: PlanCost
    /// The frozen plan's SHA-256.
    package var digest: String?

    /// - Parameters:
    ///   - expected: of the primary metric, such as a pilot's; nil: the plan's own.
    ///   - digest: the frozen plan's.
    package init(
        _ plan: Plan, expected: AnalysisSettings.Expectation? = nil, cost: PlanCost, digest: String? = nil
    ) throws {
        let all = Design.cells(of: plan)
        name = plan.name
        question = plan.question
        cells = all.count
        controlCopies = all.count(where: \.isControlCopy)
        prompts = plan.prompts.prompts.count
        samples = plan.samples
        trials = cells * prompts * samples
        looks = Design.lookRepetitions(plan).map { [cells, prompts] in $0 * cells * prompts }
        power = try (expected ?? plan.analysis.expected).map { try PlanPower(plan, expected: $0) }
        self.cost = cost
        self.digest = digest
    }

    /// For a person, without line ends.
    package var lines: [String] {
        let copies = controlCopies == 0 ? "" : " (\(controlCopies) of them the control's copy)"
        var lines = [
            "\(name): \(question)",
            "\(trials) answers: \(cells) cells\(copies) × \(prompts) prompts × \(samples) samples",
        ]
        if looks.count > 1 {
            lines.append("looks after \(looks.map(String.init).joined(separator: ", ")) answers")
        }
        if let power {
            lines.append(
                "power \(percent(power.power)) to find a difference of \(short(power.effect)) at alpha "
                    + "\(short(power.alpha)); \(percent(power.wanted)) is wanted")
            lines.append("with \(percent(power.wanted)) power it finds \(short(power.detectable))")
            if power.power < power.wanted {
                let samples = power.samplesNeeded.map { "\($0) samples" } ?? "no number of samples"
                let prompts = power.promptsNeeded.map { "\($0) prompts" } ?? "no number of prompts"
                lines.append("to reach it: \(samples) with these prompts, or \(prompts) with these samples")
            }
            if let inflation = power.inflation {
                lines.append("looking early costs \(percent(inflation - 1)) more answers at most")
            }
            lines += power.notes.map { "note: \($0)" }
        } else {
            lines.append("power is not known: give analysis.expected, or run a pilot")
        }
        lines += cost.lines
        if let digest { lines.append("frozen under SHA-256 \(digest)") }
        return lines
    }
}

/// What running a plan takes.
package struct PlanCost: Sendable, Equatable, Codable {
    package var trials: Int
    /// Tokens of all prompts; nil: no tokenizer was given for one of the models.
    package var promptTokens: Int?
    /// Tokens of all answers if each is as long as may be.
    package var mostAnswerTokens: Int
    /// Tokens of all answers at the expected length; nil: none was given.
    package var expectedAnswerTokens: Int?
    /// Seconds, by the given speed, at the expected length or else the longest; nil: no speed was given.
    package var seconds: Double?

    /// - Parameters:
    ///   - answerTokens: the expected mean length of an answer.
    ///   - tokensPerSecond: of answers, all streams together.
    ///   - count: the tokens of a conversation under a model's tokenizer and template; nil where it has none here.
    package init(
        _ plan: Plan, answerTokens: Double? = nil, tokensPerSecond: Double? = nil,
        count: (_ messages: [PlanMessage], _ model: String) throws -> Int? = { _, _ in nil }
    ) throws {
        let cells = Design.cells(of: plan)
        let prompts = plan.prompts.prompts.count
        trials = cells.count * prompts * plan.samples
        mostAnswerTokens = trials * plan.sampling.maxTokens
        expectedAnswerTokens = answerTokens.map { [trials] in
            Int((min($0, Double(plan.sampling.maxTokens)) * Double(trials)).rounded())
        }
        promptTokens = try Self.promptTokens(plan, cells: cells, count: count)
        seconds = tokensPerSecond.flatMap { [expectedAnswerTokens, mostAnswerTokens] speed in
            speed > 0 ? Double(expectedAnswerTokens ?? mostAnswerTokens) / speed : nil
        }
    }

    /// Paraphrases repeat after a few repetitions: those are counted once, and weighted by how often they come.
    private static func promptTokens(
        _ plan: Plan, cells: [Cell], count: ([PlanMessage], String) throws -> Int?
    ) throws -> Int? {
        let period = plan.factors.reduce(1) { $0 * ($1.levels.map(\.texts.count).max() ?? 1) }
        let turns = min(period, plan.samples)
        var total = 0
        for cell in cells {
            for prompt in plan.prompts.prompts.indices {
                for turn in 0..<turns {
                    let messages = try plan.messages(
                        levels: cell.levels, promptIndex: prompt, repetition: turn)
                    guard let tokens = try count(messages, cell.model) else { return nil }
                    total += tokens * ((plan.samples - turn + turns - 1) / turns)
                }
            }
        }
        return total
    }

    package var lines: [String] {
        var line = promptTokens.map { "\($0) tokens to read, " } ?? ""
        line += expectedAnswerTokens.map { "about \($0) and " } ?? ""
        line += "at most \(mostAnswerTokens) to write"
        if let seconds {
            let about = expectedAnswerTokens == nil ? "at most" : "about"
            line +=
                seconds < 90
                ? ": \(about) \(Int(seconds.rounded(.up))) s"
                : ": \(about) \(Int((seconds / 60).rounded(.up))) min"
        }
        return [line]
    }
}

private func percent(_ share: Double) -> String { "\(short(share * 100)) %" }

/// Three digits.
func short(_ number: Double) -> String {
    guard number.isFinite, number != 0 else { return "\(number)" }
    if abs(number) >= 100 { return abs(number) < 1e15 ? "\(Int(number.rounded()))" : "\(number)" }
    var scale = 1.0
    while abs(number) * scale < 100, scale < 1e12 { scale *= 10 }
    let text = "\((number * scale).rounded() / scale)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
