// Does a model write less when it believes that it is December?

extension Experiment {
    static let winterBreak = Experiment(
        name: "winter-break",
        summary: "Does it write less when the system prompt says December? 12 months, 44 everyday requests.",
        about: """
            Winter break: does a model write less when it believes that it is December?

            In December 2023 a comparison of 477 answers a month from gpt-4-1106-preview found 4,298 characters under a
            May date and 4,086 under a December date (p < 2.28e-07). Replications with 80 to 400 answers found nothing.

            All twelve months are drawn, each on a Monday, so that the day of the week is no treatment. The primary
            contrast is the published one, December minus May; the others ask whether winter as a whole differs from
            summer, and whether December answers leave more out. Prompts are a random sample: the verdict is about requests
            like these, not about these. 44 prompts x 12 months x 3 samples and May's copy are 1,716 answers: some 20 to 30
            minutes of SmolLM2-135M on two cores. `sirocco lab plan` shows what that can find; the published effect was
            4.9 %, and needs more: raise `samples`.
            """,
        prompts: everydayPrompts
    ) { prompts in
        Plan(
            name: "winter-break", question: "Does the model write less when it believes that it is December?",
            hypothesis: Hypothesis(
                metric: "characters",
                contrast: Contrast(factor: "date", treatment: ["december"], control: ["may"]),
                direction: .less,
                smallestEffect: .relative(0.05)),
            secondary: [
                Hypothesis(
                    metric: "characters",
                    contrast: Contrast(
                        factor: "date", treatment: ["december", "january", "february"],
                        control: ["june", "july", "august"]), direction: .less,
                    smallestEffect: .relative(0.05)),
                Hypothesis(
                    metric: "laziness",
                    contrast: Contrast(factor: "date", treatment: ["december"], control: ["may"]),
                    direction: .greater, smallestEffect: .absolute(0.05)),
            ],
            models: [ModelUnderTest(name: "smollm2", source: .local("smollm2"))], factors: [Months.factor],
            system: "You are a helpful assistant.", prompts: PromptSet(prompts: prompts), samples: 3,
            sampling: SamplingSettings(temperature: 0.7, maxTokens: 512),
            metrics: ["characters", "tokens", "words", "laziness", "completeness", "repetition"],
            analysis: AnalysisSettings(
                // From a pilot of 88 answers. SmolLM2 writes a seventh of its answers past any limit; lengths are
                // compared as censored then.
                expected: .init(mean: 900, within: 500, effectBetween: 60)), seed: 20_231_215)
    }
}
