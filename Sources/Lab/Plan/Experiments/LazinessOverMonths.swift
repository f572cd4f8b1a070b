// Does a model leave more out in some months than in others?

extension Experiment {
    static let lazinessOverMonths = Experiment(
        name: "laziness-over-months",
        summary: "Does it leave more out in some months? Complete code, tables and lists under 12 dates.",
        about: """
            Laziness over months: does a model leave more out in some months than in others?

            "Lazy" is not "short": the requests ask for complete code, tables and lists, and the metrics look for what is
            missing from them: elisions such as "# ... rest of the code", bodies of `pass` and TODO, "you can fill in the
            rest", items that were asked for and are not there. The primary contrast is the winter half of the
            year against the summer half, six months each, which is steadier than any pair of months.
            24 requests x 12 months and the copies of the summer half are 432 answers of up to 800 tokens, since an
            answer cut short leaves out what nobody chose to leave out: some 20 minutes of SmolLM2-135M on two cores.
            """,
        prompts: lazinessPrompts
    ) { prompts in
        let contrast = Contrast(
            factor: "date",
            treatment: ["october", "november", "december", "january", "february", "march"],
            control: ["april", "may", "june", "july", "august", "september"])
        return Plan(
            name: "laziness-over-months", question: "Does the model leave more out in winter than in summer?",
            hypothesis: Hypothesis(
                metric: "laziness", contrast: contrast, direction: .greater, smallestEffect: .absolute(0.05)),
            secondary: [
                Hypothesis(
                    metric: "completeness", contrast: contrast, direction: .less,
                    smallestEffect: .absolute(0.05)),
                Hypothesis(
                    metric: "laziness",
                    contrast: Contrast(factor: "date", treatment: ["december"], control: ["may"]),
                    direction: .greater, smallestEffect: .absolute(0.05)),
            ],
            models: [ModelUnderTest(name: "smollm2", source: .local("smollm2"))], factors: [Months.factor],
            system: "You are a helpful assistant.", prompts: PromptSet(prompts: prompts), samples: 1,
            sampling: SamplingSettings(temperature: 0.7, maxTokens: 800),
            metrics: ["laziness", "completeness", "characters", "list-items", "repetition"],
            analysis: AnalysisSettings(expected: .init(mean: 0.3, within: 0.35, effectBetween: 0.05)),
            seed: 12)
    }
}

private let lazinessPrompts = #"""
    {"id": "csv-days", "prompt": "Write a complete CSV with the columns day and month for the last day of each of the twelve months. All twelve rows, please.", "items": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]}
    {"id": "csv-planets", "prompt": "Write a complete CSV of the eight planets with the columns name and number_of_moons.", "items": ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"]}
    {"id": "csv-squares", "prompt": "Write a CSV with the columns n and square for n from 1 to 15, every row.", "items": ["1,1|1, 1", "4,16|4, 16", "9,81|9, 81", "12,144|12, 144", "15,225|15, 225"]}
    {"id": "csv-alphabet", "prompt": "Write a CSV of all letters from A to Z with a word for each. Do not skip any.", "items": ["A", "F", "K", "P", "U", "Z"]}
    {"id": "csv-capitals", "prompt": "Write a CSV with country and capital for France, Germany, Italy, Spain, Portugal, Austria, Greece and Poland.", "items": ["Paris", "Berlin", "Rome", "Madrid", "Lisbon", "Vienna", "Athens", "Warsaw"]}
    {"id": "json-week", "prompt": "Write a complete JSON object with the seven days of the week as keys and an opening time for each.", "items": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]}
    {"id": "json-countries", "prompt": "Write a JSON list of Norway, Sweden, Finland, Denmark and Iceland, each with its capital.", "items": ["Oslo", "Stockholm", "Helsinki", "Copenhagen", "Reykjavik|Reykjavík"]}
    {"id": "table-times", "prompt": "Write out the multiplication table of 7 from 7 x 1 to 7 x 12, one line each.", "items": ["7", "21", "42", "63", "77", "84"]}
    {"id": "list-numbers", "prompt": "Write all numbers from one to thirty in words, one a line.", "items": ["one", "ten", "fifteen", "twenty", "twenty-five|twenty five", "thirty"]}
    {"id": "list-presidents", "prompt": "List the first ten presidents of the United States in order.", "items": ["Washington", "Adams", "Jefferson", "Madison", "Monroe", "Jackson", "Van Buren", "Harrison", "Tyler"]}
    {"id": "list-elements", "prompt": "List the first twelve chemical elements with their symbols.", "items": ["Hydrogen", "Helium", "Lithium", "Beryllium", "Boron", "Carbon", "Nitrogen", "Oxygen", "Fluorine", "Neon", "Sodium", "Magnesium"]}
    {"id": "list-zodiac", "prompt": "List the twelve signs of the zodiac with their dates.", "items": ["Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo", "Libra", "Scorpio", "Sagittarius", "Capricorn", "Aquarius", "Pisces"]}
    {"id": "list-greek", "prompt": "List the first twelve letters of the Greek alphabet by name.", "items": ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"]}
    {"id": "code-months", "prompt": "Write a complete Python function month_name(n) with a branch for each of the twelve months. Write every branch out.", "items": ["January", "March", "June", "September", "December"]}
    {"id": "code-calculator", "prompt": "Write a complete Python class Calculator with add, subtract, multiply, divide, power and square_root. Every method must work.", "items": ["def add", "def subtract", "def multiply", "def divide", "def power", "def square_root"]}
    {"id": "code-account", "prompt": "Write a complete Python class BankAccount with deposit, withdraw, balance and history. No placeholders.", "items": ["def deposit", "def withdraw", "balance", "history"]}
    {"id": "code-todo", "prompt": "Write a complete command-line to-do list in Python with the commands add, list, done and quit.", "items": ["add", "list", "done", "quit"]}
    {"id": "code-roman", "prompt": "Write a complete Python function that turns numbers from 1 to 3999 into Roman numerals.", "items": ["def", "return", "M", "IV"]}
    {"id": "code-morse", "prompt": "Write a Python dictionary with the Morse code of all letters from A to Z.", "items": ["A", "E", "J", "O", "T", "Z"]}
    {"id": "code-list", "prompt": "Write a complete linked list in Python with append, remove, find and length.", "items": ["class", "def append", "def remove", "def find", "length"]}
    {"id": "code-css", "prompt": "Write a complete style sheet with rules for body, h1, h2, p, a, table and button.", "items": ["body", "h1", "h2", "p", "a", "table", "button"]}
    {"id": "code-sql", "prompt": "Write complete SQL statements that create the tables authors, books, members and loans.", "items": ["CREATE TABLE authors", "CREATE TABLE books", "CREATE TABLE members", "CREATE TABLE loans"]}
    {"id": "steps-bread", "prompt": "Write a full recipe for white bread: all ingredients with amounts, and every step.", "items": ["flour", "water", "yeast", "salt", "oven|bake"]}
    {"id": "song-days", "prompt": "Write a song with one line for each of the twelve months, in order.", "items": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]}
    """#
