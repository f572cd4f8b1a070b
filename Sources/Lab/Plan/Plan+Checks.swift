// What a plan must not do: name what is not there, or ask for what cannot answer its question. Each flaw has its place
// and its cure. Knows nothing of files; checks plans from wherever they come.

/// Something wrong with a plan.
package struct PlanFlaw: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: PlanPath
    /// What was found, why it is wrong, how to mend it.
    package var message: String

    package var description: String { "\(path): \(message)" }

    init(_ path: PlanPath, _ message: String) {
        self.path = path
        self.message = message
    }
}

extension Plan {
    /// All that is wrong, in the file's order; none: the plan can be frozen and run.
    package func flaws(metrics known: [any Metric] = Metrics.all) -> [PlanFlaw] {
        var flaws = PlanFlaws()
        flaws.check(name: name)
        flaws.check(models: models)
        flaws.check(factors: factors, system: system)
        flaws.check(hypotheses: self, known: known)
        flaws.check(prompts: self)
        flaws.check(sampling: self)
        flaws.check(metrics: metrics, known: known)
        flaws.check(analysis: self)
        flaws.check(stopping: self)
        if seed > UInt64(Int.max) { flaws.add("seed", "expected a number up to \(Int.max)") }
        return flaws.found
    }
}

/// Gathers flaws.
private struct PlanFlaws {
    private(set) var found: [PlanFlaw] = []

    mutating func add(_ path: PlanPath, _ message: String) { found.append(PlanFlaw(path, message)) }

    private mutating func addDuplicates(_ names: [String], _ what: String, at path: (Int) -> PlanPath) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() where !seen.insert(name).inserted {
            add(path(index), "\(what) '\(name.clipped)' is there twice; keep one")
        }
    }

    mutating func check(name: String) {
        let isPlain = name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                || $0 == 0x2D
        }
        if !isPlain || name.isEmpty || name.hasPrefix("-") || name.count > 60 {
            add(
                "name",
                "expected up to 60 letters, digits and hyphens, found '\(name.clipped)'; it names a folder too"
            )
        }
    }

    // MARK: What is asked

    mutating func check(models: [ModelUnderTest]) {
        if models.isEmpty { add("models", "name at least one model") }
        addDuplicates(models.map(\.name), "the model") { PlanPath() / "models" / models[$0].name }
        for model in models {
            guard case .endpoint(let url, _, let keyVariable) = model.source else { continue }
            let path = PlanPath() / "models" / model.name
            let host = url.split(separator: "/").dropFirst().first ?? ""
            if !(url.hasPrefix("http://") || url.hasPrefix("https://")) || host.isEmpty {
                add(path / "url", "expected http://… or https://…, found '\(url.clipped)'")
            }
            if let key = keyVariable {
                let isVariable = key.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                        || $0 == 0x5F
                }
                // What stands here may be a secret: it is not repeated.
                if !isVariable || key.first?.isNumber == true {
                    add(
                        path / "key_variable",
                        "expected the name of an environment variable such as OPENAI_API_KEY, not a key itself; "
                            + "a plan is published")
                }
            }
        }
    }

    mutating func check(factors: [Factor], system: String) {
        addDuplicates(factors.map(\.name), "the factor") { PlanPath() / "factors" / factors[$0].name }
        if factors.filter({ $0.place == .variant }).count > 1 {
            add(
                "factors",
                "two factors have the place variant, and a prompt has one; make their combinations one factor's levels"
            )
        }
        for factor in factors {
            let path = PlanPath() / "factors" / factor.name
            if factor.name == Contrast.models {
                add(path, "every plan has a factor 'model': its levels are the models; choose another name")
            }
            let levels = path / "levels"
            if factor.levels.count < 2 {
                add(levels, "a factor varies: give at least two levels, found \(factor.levels.count)")
            }
            addDuplicates(factor.levels.map(\.name), "the level") {
                factor.place == .variant ? levels / $0 : levels / factor.levels[$0].name
            }
            if factor.place == .variant {
                if factor.isTokenMatched {
                    add(
                        path / "token_matched",
                        "variants are whole prompts and cannot be matched; leave this out")
                }
                continue
            }
            check(texts: factor, at: levels)
            if factor.place == .system, system.isEmpty,
                let silent = factor.levels.first(where: { $0.texts.contains("") }),
                factors.filter({ $0.place == .system }).count == 1
            {
                add(
                    levels / silent.name,
                    "this level leaves no system prompt at all, and chat templates then put one of their own there; "
                        + "give the plan a `system` text")
            }
        }
    }

    private mutating func check(texts factor: Factor, at levels: PlanPath) {
        var seen: [String: String] = [:]
        for level in factor.levels {
            if level.texts.isEmpty {
                add(levels / level.name, "give a text, or \"\" for a level that says nothing")
            }
            if Set(level.texts).count < level.texts.count {
                add(levels / level.name, "a paraphrase is there twice; keep one")
            }
            for text in Set(level.texts) {
                if let other = seen[text] {
                    add(
                        levels / level.name,
                        "says the same as level '\(other)': \"\(text.clipped)\"; change one")
                    break
                }
            }
            for text in level.texts { seen[text] = level.name }
        }
    }

    mutating func check(prompts plan: Plan) {
        let prompts = plan.prompts.prompts
        let file = PlanPath() / "prompts"
        addDuplicates(prompts.map(\.id), "the prompt") { file / "list" / $0 / "id" }
        var seen: [String: String] = [:]
        for (index, prompt) in prompts.enumerated() {
            let path = file / "list" / index
            if let flaw = nameFlaw(prompt.id, "a prompt") { add(path / "id", flaw) }
            if let other = seen.updateValue(prompt.id, forKey: prompt.text) {
                add(
                    path / "prompt",
                    "prompt '\(prompt.id)' asks the same as '\(other)', and would count twice; keep one")
            }
            for factor in plan.factors where factor.place == .variant {
                for level in factor.levels where (prompt.variants[level.name] ?? "").isEmpty {
                    add(
                        path / "variants",
                        "prompt '\(prompt.id)' has no variant '\(level.name)', which is a level of '\(factor.name)'"
                            + prompt.variants.keys.sorted().suggestion(for: level.name))
                }
            }
        }
        switch (prompts.count, plan.analysis.test.comparesPrompts) {
        case (0, _): add(file, "there is no prompt; give at least two")
        case (1, true):
            add(
                file,
                plan.prompts.effect == .random
                    ? "one prompt is no sample of prompts; give more (20 or more find small effects), or, if this one is "
                        + "all that the question is about, `effect: fixed` with `analysis: test: welch`"
                    : "`\(plan.analysis.test.rawValue)` compares prompts, and there is one; "
                        + "use `analysis: test: welch` or brunner-munzel")
        default: break
        }
    }

    // MARK: What is tested

    mutating func check(hypotheses plan: Plan, known: [any Metric]) {
        check(plan.hypothesis, at: "hypothesis", plan: plan, known: known)
        var seen = [plan.hypothesis]
        for (index, hypothesis) in plan.secondary.enumerated() {
            let path = PlanPath() / "secondary" / index
            check(hypothesis, at: path, plan: plan, known: known)
            if seen.contains(where: { $0.metric == hypothesis.metric && $0.contrast == hypothesis.contrast })
            {
                add(path, "the same metric and contrast are tested already; leave this one out")
            }
            seen.append(hypothesis)
        }
    }

    private mutating func check(
        _ hypothesis: Hypothesis, at path: PlanPath, plan: Plan, known: [any Metric]
    ) {
        let metric = known.first { $0.name == hypothesis.metric }
        if metric == nil {
            add(
                path / "metric",
                "there is no metric '\(hypothesis.metric.clipped)'\(known.map(\.name).suggestion(for: hypothesis.metric))"
            )
        } else if !plan.metrics.contains(hypothesis.metric) {
            add(path / "metric", "'\(hypothesis.metric)' is tested and so must be among the plan's metrics")
        }
        let size = hypothesis.smallestEffect.size
        if !size.isFinite || size <= 0 {
            add(path / "smallest_effect", "expected a size above 0, found \(size)")
        } else if case .absolute = hypothesis.smallestEffect, let metric,
            metric.scale == .binary || metric.scale == .share, size >= 1
        {
            add(
                path / "smallest_effect",
                "'\(metric.name)' lies between 0 and 1, and \(size) can never be reached; five points are 0.05"
            )
        }
        let contrast = hypothesis.contrast
        let names = [Contrast.models] + plan.factors.map(\.name)
        let levels: [String]
        if contrast.factor == Contrast.models {
            levels = plan.models.map(\.name)
        } else if let factor = plan.factors.first(where: { $0.name == contrast.factor }) {
            levels = factor.levels.map(\.name)
        } else {
            add(
                path / "factor",
                "there is no factor '\(contrast.factor.clipped)'\(names.suggestion(for: contrast.factor))")
            return
        }
        for (key, side) in [("treatment", contrast.treatment), ("control", contrast.control)] {
            if side.isEmpty { add(path / key, "name at least one level of '\(contrast.factor)'") }
            if Set(side).count < side.count { add(path / key, "a level is there twice; keep one") }
            for level in side where !levels.contains(level) {
                add(
                    path / key,
                    "'\(contrast.factor)' has no level '\(level.clipped)'\(levels.suggestion(for: level))")
            }
        }
        if let both = contrast.treatment.first(where: contrast.control.contains) {
            add(
                path / "treatment",
                "'\(both)' is treatment and control at once; a contrast is between different levels")
        }
    }

    mutating func check(metrics: [String], known: [any Metric]) {
        if metrics.isEmpty { add("metrics", "name at least one metric") }
        addDuplicates(metrics, "the metric") { PlanPath() / "metrics" / $0 }
        for (index, name) in metrics.enumerated() where !known.contains(where: { $0.name == name }) {
            add(
                PlanPath() / "metrics" / index,
                "there is no metric '\(name.clipped)'\(known.map(\.name).suggestion(for: name))")
        }
    }

    // MARK: How it is drawn and decided

    mutating func check(sampling plan: Plan) {
        let sampling = plan.sampling
        let path: PlanPath = "sampling"
        if plan.samples < 1 { add("samples", "expected at least 1, found \(plan.samples)") }
        if !(0...5).contains(sampling.temperature) { add(path / "temperature", "expected 0 to 5") }
        if let topP = sampling.topP, !(topP > 0 && topP <= 1) {
            add(path / "top_p", "expected above 0, up to 1; 1 changes nothing")
        }
        if let topK = sampling.topK, topK < 1 {
            add(path / "top_k", "expected at least 1; leave it out to keep all tokens")
        }
        if let minP = sampling.minP, !(0..<1).contains(minP) {
            add(path / "min_p", "expected 0 or more, below 1; 0 changes nothing")
        }
        if sampling.maxTokens < 1 { add(path / "max_tokens", "expected at least 1") }
        // With one token left there is nothing to draw, at any temperature.
        let isGreedy = sampling.temperature == 0 || sampling.topK == 1
        let cause = sampling.temperature == 0 ? "at temperature 0" : "with top_k 1"
        if isGreedy, plan.samples > 1 {
            add(
                "samples",
                "\(cause) every answer to a prompt is the same, and \(plan.samples) copies of one answer are no samples; "
                    + "use `samples: 1`, or a temperature above 0")
        }
        if isGreedy, plan.hasControlPair {
            add(
                "control_pair",
                "\(cause) the control arm's copy gives the same answers and shows nothing; use `control_pair: false`"
            )
        }
        let cells = plan.factors.reduce(Double(plan.models.count)) { $0 * Double($1.levels.count) }
        let trials = 2 * cells * Double(plan.prompts.prompts.count) * Double(plan.samples)
        if trials > Double(Design.mostTrials) {
            add(
                "samples",
                "\(Int(cells)) cells × \(plan.prompts.prompts.count) prompts × \(plan.samples) samples are more than "
                    + "\(Design.mostTrials / 2) trials; ask for less")
        }
    }

    mutating func check(analysis plan: Plan) {
        let analysis = plan.analysis
        let path: PlanPath = "analysis"
        if plan.prompts.effect == .random, !analysis.test.comparesPrompts {
            add(
                path / "test",
                "`\(analysis.test.rawValue)` takes answers as independent, and answers to one prompt are alike: with random "
                    + "prompts it finds differences that are not there (56.8 % false alarms in 8 prompts × 30 samples); "
                    + "use paired-t, wilcoxon or sign-flip, or `prompts: effect: fixed`")
        }
        if !(analysis.alpha > 0 && analysis.alpha <= 0.5) {
            add(path / "alpha", "expected above 0, up to 0.5; 0.05 is usual")
        }
        if !(analysis.power > analysis.alpha && analysis.power < 1) {
            add(path / "power", "expected above alpha and below 1; 0.8 is usual")
        }
        if analysis.resamples < 99 { add(path / "resamples", "expected at least 99; 9999 is usual") }
        if !(0...1).contains(analysis.mostCensored) {
            add(path / "most_censored", "expected a share from 0 to 1")
        }
        if let expected = analysis.expected {
            let numbers = [expected.mean, expected.within, expected.effectBetween]
            if !numbers.allSatisfy(\.isFinite) || expected.within < 0 || expected.effectBetween < 0 {
                add(path / "expected", "expected finite numbers, and standard deviations of at least 0")
            } else if expected.within == 0, expected.effectBetween == 0 {
                add(
                    path / "expected" / "within",
                    "without any spread no experiment is needed; give a standard deviation above 0")
            }
            if case .relative = plan.hypothesis.smallestEffect, expected.mean == 0 {
                add(
                    path / "expected" / "mean",
                    "per cent of 0 is 0; give the smallest effect in the metric's unit or in sd")
            }
        }
        checkResolution(plan, at: path)
    }

    /// A test that cannot reach alpha, whatever the data, is no test.
    private mutating func checkResolution(_ plan: Plan, at path: PlanPath) {
        let analysis = plan.analysis
        let prompts = plan.prompts.prompts.count
        guard analysis.alpha > 0, analysis.test == .signFlip || analysis.test == .wilcoxon, prompts > 1 else {
            return
        }
        // Of 2^n assignments of signs, the most extreme is one; two where both directions count.
        let sides = plan.hypothesis.direction == .either ? 2.0 : 1.0
        var smallest = sides
        for _ in 0..<min(prompts, 1000) { smallest /= 2 }
        if smallest > analysis.alpha {
            add(
                path / "test",
                "with \(prompts) prompts `\(analysis.test.rawValue)` cannot give a p below \(smallest), which is above "
                    + "alpha; add prompts, or use paired-t")
        }
        let least = 1 / Double(max(1, analysis.resamples) + 1)
        if analysis.test == .signFlip, least > analysis.alpha {
            add(
                path / "resamples",
                "\(analysis.resamples) resamples cannot give a p below \(least), which is above alpha")
        }
    }

    mutating func check(stopping plan: Plan) {
        switch plan.stopping {
        case .fixed: break
        case .groupSequential(let looks, _):
            if looks < 2 {
                add("stopping", "one look is no sequence; use `stopping: fixed`, or looks from 2")
            }
            if looks > plan.samples {
                add(
                    "stopping",
                    "\(looks) looks need at least as many repetitions, since each comes after whole ones, and `samples` is "
                        + "\(plan.samples); raise it, or look less often")
            }
        case .alwaysValid:
            if plan.samples < 2 {
                add(
                    "stopping",
                    "with one sample per cell and prompt there is one look; raise `samples`, or use fixed")
            }
            if ![.pairedT, .welch].contains(plan.analysis.test) {
                add(
                    PlanPath() / "analysis" / "test",
                    "always-valid stopping is about means, and `\(plan.analysis.test.rawValue)` is not; "
                        + "use paired-t or welch")
            }
        }
    }
}

extension AnalysisSettings.Test {
    /// Whether the test works on each prompt's contrast.
    package var comparesPrompts: Bool {
        switch self {
        case .pairedT, .wilcoxon, .signFlip: true
        case .welch, .brunnerMunzel: false
        }
    }
}
