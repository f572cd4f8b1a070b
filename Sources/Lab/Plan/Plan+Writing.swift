// A plan as YAML that explains itself: the form that `sirocco lab new` writes, and the plan language's manual.
// Reading it back gives the same plan.

import ChatTemplates
import Foundation

extension Plan {
    /// The plan's file, its prompts in `prompts.jsonl`.
    /// - Parameter about: text for the head of the file.
    package func yaml(about: String = "") -> String {
        var text = about.isEmpty ? "" : about.commented + "\n"
        text += """
            # A plan for `sirocco lab`. It is fixed before the first answer is drawn:
            #   sirocco lab plan    checks it, shows power and cost, and freezes it under one SHA-256
            #   sirocco lab run     draws the answers; killed at any time, it goes on where it was
            #   sirocco lab report  gives the verdict; what departs from the frozen plan is marked EXPLORATORY
            # Keys that are not known are errors. Keys marked (optional) may be left out.

            # Letters, digits and hyphens.
            name: \(quoted(name))

            # The question in one sentence, as a person asks it.
            question: \(quoted(question))

            # What the verdict is about: treatment minus control, prompt by prompt.
            hypothesis:
            \(hypothesisLines(hypothesis, indent: "  ", isExplained: true))

            # Further hypotheses (optional), tested under analysis.multiplicity together with the first.
            secondary:\(secondary.isEmpty ? " []" : "")

            """
        for hypothesis in secondary {
            text += "  - \(hypothesisLines(hypothesis, indent: "    ", isExplained: false).dropFirst(4))\n"
        }
        text +=
            modelLines + factorLines + """

                # Where the prompts are, one JSON object a line:
                #   {"id": "rome", "prompt": "Why did Rome fall?", "items": ["army|soldiers"], "language": "en",
                #    "variants": {"fr": "Pourquoi Rome est-elle tombée ?"}}
                # Only `prompt` must be there. `items`: what a complete answer names (a|b: either will do).
                # `list:` in place of `file:` holds them here. effect: random, the prompts are a sample of all that could be
                # asked and the verdict is about those too; fixed, they are all that is of interest.
                prompts:
                  file: prompts.jsonl
                  effect: \(prompts.effect.rawValue)

                # Answers for each cell (a model with one level of each factor) and prompt.
                samples: \(samples)

                # Run the control arm twice (optional). The copies differ in their seeds only, so a difference between them is
                # chance, or a fault of the experiment.
                control_pair: \(hasControlPair)

                """
        text += samplingLines + metricLines + analysisLines + stoppingLines
        text += """

            # Determines the order of trials and the seed of each. Any whole number.
            seed: \(seed)

            """
        return text
    }

    /// `prompts.jsonl`.
    package var promptLines: String {
        prompts.prompts.map { CanonicalJSON.text($0.json) + "\n" }.joined()
    }

    private func hypothesisLines(_ hypothesis: Hypothesis, indent: String, isExplained: Bool) -> String {
        let notes =
            isExplained
            ? [
                "what is measured; `sirocco lab list` shows them",
                "a factor below, or model",
                "one level, or a list [a, b] whose means are averaged", "",
                "less, greater or either (optional: either): where the treatment is expected",
                "the smallest difference that would matter: 5 % of the control's mean, 200 in the metric's unit, or 0.2 sd",
            ] : Array(repeating: "", count: 6)
        let values = [
            "metric: \(quoted(hypothesis.metric))", "factor: \(quoted(hypothesis.contrast.factor))",
            "treatment: \(listed(hypothesis.contrast.treatment))",
            "control: \(listed(hypothesis.contrast.control))",
            "direction: \(hypothesis.direction.rawValue)",
            "smallest_effect: \(hypothesis.smallestEffect.written)",
        ]
        return zip(values, notes).map { indent + $0 + ($1.isEmpty ? "" : "  # \($1)") }.joined(
            separator: "\n")
    }

    private var modelLines: String {
        var text = """

            # Models by the names that the report uses. `name: FILE` (or a name in the store) is run here; an
            # OpenAI-compatible server is given by url, model and, if it wants a key, the variable that holds it:
            #   gpt: {url: "https://…/v1", model: gpt-4-1106-preview, key_variable: OPENAI_API_KEY}
            models:

            """
        for model in models {
            switch model.source {
            case .local(let path): text += "  \(quoted(model.name)): \(quoted(path))\n"
            case .endpoint(let url, let name, let keyVariable):
                text += "  \(quoted(model.name)):\n    url: \(quoted(url))\n    model: \(quoted(name))\n"
                if let keyVariable { text += "    key_variable: \(quoted(keyVariable))\n" }
            }
        }
        return text
    }

    private var factorLines: String {
        var text = """

            # What every system prompt opens with (optional). Factors' texts follow.
            system: \(quoted(system))

            # What is varied (optional). place: system, before or after (the prompt), or variant (levels are a list, and
            # each names one of every prompt's `variants`). token_matched: levels must have the same number of tokens, so
            # that length is no treatment. A level is a text, a list of paraphrases used in turn, or
            # {texts: …, placebo: true} for a text with the treatment's form and none of its meaning. "" says nothing.
            factors:\(factors.isEmpty ? " {}" : "")

            """
        for factor in factors {
            text += "  \(quoted(factor.name)):\n    place: \(factor.place.rawValue)\n"
            text += "    token_matched: \(factor.isTokenMatched)\n"
            if factor.place == .variant {
                text +=
                    "    levels: \("[" + factor.levels.map { quoted($0.name) }.joined(separator: ", ") + "]")\n"
                continue
            }
            text += "    levels:\n"
            for level in factor.levels {
                let key = "      \(quoted(level.name)):"
                switch (level.texts.count, level.isPlacebo) {
                case (1, false): text += "\(key) \(quotedText(level.texts[0]))\n"
                case (_, let isPlacebo):
                    let indent = isPlacebo ? "          " : "        "
                    text += key + (isPlacebo ? "\n        placebo: true\n        texts:\n" : "\n")
                    text += level.texts.map { "\(indent)- \(quotedText($0))\n" }.joined()
                }
            }
        }
        return text
    }

    private var samplingLines: String {
        var text = """

            # How answers are drawn. Answers cut at max_tokens have a length that is only known to be at least that.
            sampling:
              temperature: \(sampling.temperature)
              max_tokens: \(sampling.maxTokens)

            """
        if let topP = sampling.topP { text += "  top_p: \(topP)\n" }
        if let topK = sampling.topK { text += "  top_k: \(topK)\n" }
        if let minP = sampling.minP { text += "  min_p: \(minP)\n" }
        return text
    }

    private var metricLines: String {
        "\n# What is measured besides (optional).\nmetrics: "
            + "[" + metrics.map { quoted($0) }.joined(separator: ", ") + "]\n"
    }

    private var analysisLines: String {
        var text = """

            # How the answers decide (optional).
            analysis:
              test: \(analysis.test.rawValue)  # paired-t, wilcoxon or sign-flip, by prompt; welch or brunner-munzel for fixed prompts
              alpha: \(analysis.alpha)  # probability of a false alarm, for all hypotheses together
              power: \(analysis.power)  # probability of finding the smallest effect that the size of the plan is to give
              resamples: \(analysis.resamples)  # of the bootstrap and of sign-flip
              multiplicity: \(analysis.multiplicity.rawValue)  # holm, benjamini-hochberg or none
              most_censored: \(analysis.mostCensored)  # share of cut answers in an arm above which mean lengths decide nothing

            """
        if let expected = analysis.expected {
            text += """
                  # What is expected of the metric, for power (optional): the control's mean, the standard deviation of
                  # answers to one prompt, and that of the effect between prompts.
                  expected: {mean: \(expected.mean), within: \(expected.within), effect_between: \(expected.effectBetween)}

                """
        }
        return text
    }

    private var stoppingLines: String {
        let rule =
            switch stopping {
            case .fixed: "fixed"
            case .alwaysValid: "always-valid"
            case .groupSequential(let looks, let spending):
                "{looks: \(looks), spending: \(spending.rawValue)}"
            }
        return """

            # When the run ends (optional): fixed, after all trials and nobody looks before; always-valid, at any time;
            # or at one of so many looks, {looks: 4, spending: obrien-fleming} or pocock.
            stopping: \(rule)

            """
    }
}

extension SmallestEffect {
    /// As plans write it: `5 %`, `200`, `0.2 sd`.
    package var written: String {
        switch self {
        case .absolute(let size): "\(size)".droppingPoint
        case .relative(let size): "\(size.asPercent) %"
        case .standardized(let size): "\("\(size)".droppingPoint) sd"
        }
    }
}

extension Double {
    /// A hundred times the number, to the last digit of its shortest form: what is read back is the same number.
    fileprivate var asPercent: String {
        for digits in 1...17 {
            let text = String(format: "%.\(digits)g", self * 100)
            if !text.contains("e"), Double(text + "e-2") == self { return text }
        }
        // The digits themselves, the point moved by two places.
        let parts = "\(self)".split(separator: "e")
        var digits = parts[0].split(separator: ".").joined()
        var point =
            (parts[0].firstIndex(of: ".").map { parts[0].distance(from: parts[0].startIndex, to: $0) }
                ?? digits.count)
        point += 2 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        if point <= 0 { digits = String(repeating: "0", count: 1 - point) + digits; point = 1 }
        if point >= digits.count { return digits + String(repeating: "0", count: point - digits.count) }
        return digits.prefix(point) + "." + digits.dropFirst(point)
    }
}

extension String {
    fileprivate var droppingPoint: String { hasSuffix(".0") ? String(dropLast(2)) : self }

    /// Each line behind `# `.
    fileprivate var commented: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "#" : "# \($0)" }
            .joined(separator: "\n") + "\n"
    }
}

/// A name without quotes where YAML reads it back as it is; else in double quotes.
private func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            || [0x2D, 0x5F, 0x2E].contains($0)
    }
    let opening = text.utf8.first ?? 0
    let isLetter = (0x41...0x5A).contains(opening) || (0x61...0x7A).contains(opening)
    return isPlain && isLetter && text.lowercased() != "null" ? text : quotedText(text)
}

/// JSON's quotes are YAML's double quotes too.
private func quotedText(_ text: String) -> String { CanonicalJSON.text(.string(text)) }

private func listed(_ names: [String]) -> String {
    names.count == 1 ? quoted(names[0]) : "[" + names.map(quoted).joined(separator: ", ") + "]"
}
