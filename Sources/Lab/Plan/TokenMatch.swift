// Whether levels that must be of one length are: counted in the tokens that the model will read, in their place.
// It knows no tokenizer; who calls it brings one.

/// The check of token-matched factors.
package enum TokenMatch {
    /// Throws where a token-matched factor's levels make prompts of different lengths for a local model; where several
    /// do, the first. Endpoints' tokenizers are not known, and their models are passed over.
    /// - Parameter count: the tokens of a message's text under the tokenizer of the model with that name.
    package static func check(
        _ plan: Plan, count: (_ text: String, _ model: String) throws -> Int
    ) throws {
        for factor in plan.factors where factor.isTokenMatched {
            for model in plan.models {
                guard case .local = model.source else { continue }
                try check(factor, of: plan, model: model.name, count: count)
            }
        }
    }

    private static func check(
        _ factor: Factor, of plan: Plan, model: String, count: (String, String) throws -> Int
    ) throws {
        guard let prompt = plan.prompts.prompts.first, let first = factor.levels.first else { return }
        let others = Dictionary(
            plan.factors.map { ($0.name, $0.levels.first?.name ?? "") },
            uniquingKeysWith: { first, _ in first })
        // With as many paraphrases in each level, those of one turn meet; else any may meet any.
        let turns = factor.levels.map(\.texts.count).max() ?? 1
        let isInStep = factor.levels.allSatisfy { $0.texts.count == turns }
        var wanted: Int?
        for turn in 0..<turns {
            if isInStep { wanted = nil }
            var counts: [(level: String, tokens: Int)] = []
            for level in factor.levels {
                // Other factors say the same in all levels: only this one's paraphrase is to move.
                var alone = plan
                alone.factors = plan.factors.map { other in
                    var other = other
                    other.levels = other.levels.map { each in
                        var each = each
                        each.texts = [each.text(other.name == factor.name ? turn : 0)]
                        return each
                    }
                    return other
                }
                var levels = others
                levels[factor.name] = level.name
                let messages = try alone.messages(levels: levels, promptIndex: 0, repetition: 0)
                counts.append((level.name, try messages.reduce(0) { $0 + (try count($1.content, model)) }))
            }
            // The length that most levels have is the one to meet.
            let usual = Dictionary(grouping: counts, by: \.tokens).max {
                ($0.value.count, $1.key) < ($1.value.count, $0.key)
            }
            let target = wanted ?? usual?.key ?? counts[0].tokens
            wanted = target
            guard let odd = counts.first(where: { $0.tokens != target }) else { continue }
            let table = counts.map { "\($0.level) \($0.tokens)" }.joined(separator: ", ")
            let paraphrase = turns > 1 ? " (paraphrase \(turn + 1))" : ""
            let change = odd.tokens - target
            throw LabError(
                .badPlan,
                "factors.\(factor.name): levels must have the same number of tokens, and for model '\(model)' the "
                    + "conversation about prompt '\(prompt.id)'\(paraphrase) has: \(table); make '\(odd.level)' "
                    + "\(abs(change)) token\(abs(change) == 1 ? "" : "s") \(change > 0 ? "shorter" : "longer") "
                    + "(another word, a padding such as 'please'), or set token_matched: false"
                    + (first.texts == [""]
                        ? "; a placebo of the same length can stand for '\(first.name)'" : ""))
        }
    }
}
