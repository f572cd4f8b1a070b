// What a model is sent for a trial.

import Lab
import Testing

@Suite struct MessagesTests {
    static func messages(_ plan: Plan, _ levels: [String: String], repetition: Int = 0) throws
        -> [PlanMessage]
    {
        try plan.messages(
            for: Trial(
                index: 0, cell: Cell(model: "model-0", levels: levels), prompt: "p0", repetition: repetition,
                seed: 1))
    }

    @Test("texts stand in their places: behind the system text, before and behind the prompt")
    func places() throws {
        var plan = Plan.example()
        plan.factors.append(
            Factor(
                name: "greeting", place: .before,
                levels: [.init(name: "a", texts: ["Hello."]), .init(name: "b")]))
        let all = try Self.messages(plan, ["date": "may", "tip": "$200 \"big\"", "greeting": "a"])
        #expect(
            all == [
                PlanMessage(role: .system, content: "You are helpful.\nIt is May."),
                PlanMessage(role: .user, content: "Hello.\n\nQuestion 0?\n\nA\n\ttip\\ of 200 – ’yes’"),
            ])
        let bare = try Self.messages(plan, ["date": "may", "tip": "none", "greeting": "b"])
        #expect(bare[1].content == "Question 0?")
    }

    @Test("nothing in the system prompt leaves it out; a variant stands in the prompt's place")
    func variants() throws {
        var plan = Plan.example()
        plan.system = ""
        plan.factors = [
            Factor(name: "language", place: .variant, levels: [.init(name: "fr"), .init(name: "en")])
        ]
        let messages = try Self.messages(plan, ["language": "fr"])
        #expect(messages == [PlanMessage(role: .user, content: "Quoi ?")])
    }

    @Test("paraphrases go round alike in all levels, and every one of a factor meets every one of another")
    func paraphrases() throws {
        let plan = Plan.example()
        var seen: Set<String> = []
        for repetition in 0..<6 {
            let may = try Self.messages(plan, ["date": "may", "tip": "$200 \"big\""], repetition: repetition)
            let december = try Self.messages(
                plan, ["date": "december", "tip": "none"], repetition: repetition)
            #expect(
                may[0].content.hasSuffix("It is May.") == december[0].content.hasSuffix("It is December."))
            seen.insert(may[0].content + may[1].content)
        }
        // Two wordings of the date and three of the tip.
        #expect(seen.count == 6)
    }

    @Test(
        "a trial of another plan is refused",
        arguments: [("p9", "may"), ("p0", "march")])
    func strangers(prompt: String, level: String) {
        let trial = Trial(
            index: 3, cell: Cell(model: "model-0", levels: ["date": level, "tip": "none"]), prompt: prompt,
            repetition: 0, seed: 0)
        #expect(throws: LabError.self) { try Plan.example().messages(for: trial) }
    }
}
