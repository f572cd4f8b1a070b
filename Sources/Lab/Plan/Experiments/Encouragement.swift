// Do kind words, tips and excuses change an answer?

extension Experiment {
    static let encouragement = Experiment(
        name: "encouragement",
        summary:
            "Do 'take a deep breath', a tip of $200 or 'I have no fingers' change the answer? With placebos.",
        about: """
            Encouragement: do "take a deep breath", a tip and "I have no fingers" change an answer?

            Each sentence is said behind the request, and so is a placebo of its own length with none of its meaning: a
            longer prompt alone can change an answer, and only treatment minus placebo is the meaning's work. A small model
            takes up whatever it is told, so placebos speak of the question itself; each is tested against `none`, and
            the report warns where one is not neutral. Each level has two wordings, used in turn, so that the verdict is
            not about one sentence. 20 requests x 7 levels x 3 samples and the placebo's copy are 480 answers: some 10 to
            15 minutes of SmolLM2-135M on two cores; enough for differences of about a tenth of the length, not for less.
            """,
        prompts: encouragementPrompts
    ) { prompts in
        func hypothesis(_ treatment: String, metric: String = "characters") -> Hypothesis {
            Hypothesis(
                metric: metric,
                contrast: Contrast(
                    factor: "words", treatment: [treatment], control: ["\(treatment)-placebo"]),
                direction: .greater,
                smallestEffect: metric == "characters" ? .relative(0.1) : .absolute(0.05))
        }
        let levels: [Factor.Level] = [
            .init(name: "none"),
            .init(
                name: "breath",
                texts: [
                    "Take a deep breath and work on this problem step by step.",
                    "Breathe in slowly, and then work through this one step at a time.",
                ]),
            .init(
                name: "breath-placebo",
                texts: [
                    "This is the whole of the question that I wanted to ask.",
                    "What stands above is the question that I have, just as I first wrote it.",
                ], isPlacebo: true),
            .init(
                name: "tip",
                texts: [
                    "I will tip you $200 for a perfect answer.", "A perfect answer earns you a tip of $200.",
                ]),
            .init(
                name: "tip-placebo",
                texts: [
                    "This is question number 200 on my list.", "This one is number 200 on my long list.",
                ],
                isPlacebo: true),
            .init(
                name: "fingers",
                texts: [
                    "I have no fingers, so please write everything out to the end.",
                    "Write all of it out, please, because I have no fingers.",
                ]),
            .init(
                name: "fingers-placebo",
                texts: [
                    "I have one question, and it is the one that stands here.",
                    "It is the one above, and it is the only one today.",
                ], isPlacebo: true),
        ]
        return Plan(
            name: "encouragement", question: "Do encouraging words make the model write more?",
            hypothesis: hypothesis("breath"),
            secondary: [
                hypothesis("tip"), hypothesis("fingers"), hypothesis("breath", metric: "completeness"),
            ],
            models: [ModelUnderTest(name: "smollm2", source: .local("smollm2"))],
            factors: [Factor(name: "words", place: .after, levels: levels)],
            system: "You are a helpful assistant.", prompts: PromptSet(prompts: prompts), samples: 3,
            sampling: SamplingSettings(temperature: 1, maxTokens: 400),
            metrics: ["characters", "completeness", "laziness", "words", "repetition"],
            analysis: AnalysisSettings(expected: .init(mean: 900, within: 450, effectBetween: 60)), seed: 200)
    }
}

private let encouragementPrompts = #"""
    {"id": "eggs", "prompt": "A hen lays 5 eggs a week. How many eggs do 6 hens lay in 4 weeks? Explain how you found it.", "items": ["120"]}
    {"id": "change", "prompt": "I pay for three notebooks at 2.40 each with a note of 10. How much change do I get? Explain how you found it.", "items": ["2.80|2.8"]}
    {"id": "bus", "prompt": "A bus leaves at 9:45 and arrives at 11:20. How long is the journey? Explain how you found it.", "items": ["95|1 hour and 35|1 hour 35|one hour and 35"]}
    {"id": "paint", "prompt": "One litre of paint covers 8 square metres. How much do I need for a wall of 4 by 6 metres? Explain how you found it.", "items": ["3"]}
    {"id": "ages", "prompt": "Tom is twice as old as Ann, and together they are 36. How old is each? Explain how you found it.", "items": ["12", "24"]}
    {"id": "months", "prompt": "List all twelve months with the number of days that each has.", "items": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]}
    {"id": "elements", "prompt": "List the first ten chemical elements with their symbols.", "items": ["Hydrogen", "Helium", "Lithium", "Beryllium", "Boron", "Carbon", "Nitrogen", "Oxygen", "Fluorine", "Neon"]}
    {"id": "colours", "prompt": "Name the seven colours of the rainbow in order, and a thing of each colour.", "items": ["red", "orange", "yellow", "green", "blue", "indigo", "violet|purple"]}
    {"id": "senses", "prompt": "Name the five senses, and the organ of each.", "items": ["sight|vision", "hearing", "smell", "taste", "touch"]}
    {"id": "oceans", "prompt": "Name the five oceans, and say something about each.", "items": ["Pacific", "Atlantic", "Indian", "Arctic", "Southern|Antarctic"]}
    {"id": "reverse", "prompt": "Write a Python function that reverses the words of a sentence.", "items": ["def", "split", "return"]}
    {"id": "count", "prompt": "Write a Python function that counts how often each letter occurs in a text.", "items": ["def", "return"]}
    {"id": "primes", "prompt": "Write a Python function that returns all primes up to n.", "items": ["def", "return"]}
    {"id": "temperature", "prompt": "Write Python functions that convert Celsius to Fahrenheit and back.", "items": ["def", "32", "9"]}
    {"id": "queue", "prompt": "Write a Queue class in Python with enqueue, dequeue and size.", "items": ["class Queue", "enqueue", "dequeue", "size"]}
    {"id": "photosynthesis", "prompt": "Explain photosynthesis.", "items": ["light|sunlight", "carbon dioxide|CO2|CO₂", "oxygen", "water"]}
    {"id": "seasons", "prompt": "Explain why there are seasons.", "items": ["tilt|tilted|axis", "sun"]}
    {"id": "democracy", "prompt": "What are the advantages and the drawbacks of voting by mail?", "items": ["advantage|advantages|benefit|benefits"]}
    {"id": "soup", "prompt": "Give me a recipe for tomato soup, with amounts and steps.", "items": ["tomato|tomatoes", "salt"]}
    {"id": "tyre", "prompt": "How do I change a bicycle's inner tube? Give every step.", "items": ["wheel", "tube", "tire|tyre"]}
    """#
