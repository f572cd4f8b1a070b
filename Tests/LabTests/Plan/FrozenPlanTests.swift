// Plans under a digest: what changes it, what it withstands, and what has changed since.

import Foundation
import Lab
import SystemPackage
import TestSupport
import Testing

@Suite struct FrozenPlanTests {
    static func frozen(_ plan: Plan = .example(), program: String = "0.1.0") -> FrozenPlan {
        FrozenPlan(plan, program: program, modelDigests: ["model-0": "ab"], created: "2026-11-23T20:00:00Z")
    }

    @Test("a frozen plan is read back as it was written")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        try Self.frozen().write(to: folder.path.string, hasRows: false)
        #expect(try FrozenPlan.read(from: folder.path.string) == Self.frozen())
        #expect(
            Self.frozen().departures(from: .example(), program: "0.1.0", modelDigests: ["model-0": "ab"])
                == [])
    }

    @Test("orders, seeds and the digest are the same on every machine and in every build")
    func pinned() {
        let plan = Plan.example(samples: 1, prompts: 2, models: 1)
        #expect(
            Design(plan).trials.prefix(4).map { "\($0.cell.title) \($0.prompt) \($0.seed)" }
                == Self.pinnedTrials)
        #expect(Self.frozen(plan).digest == Self.pinnedDigest)
    }

    // The seeds were computed a second time with Python's hashlib: SHA-256 over the parts that Design.swift names, each
    // behind its length, the first eight bytes shifted right by 33.
    static let pinnedTrials = [
        "model-0/date=may/tip=none (copy) p0 1109968837",
        "model-0/date=may/tip=$200 \"big\" (copy) p1 961725644",
        "model-0/date=may/tip=none (copy) p1 1411872138", "model-0/date=may/tip=none p1 1608933901",
    ]
    static let pinnedDigest = "5596b6362fa824ced311dcc1d79d59694395d8bdbf956f8b9488832d0069eb5a"

    static let changes: [(path: String, change: @Sendable (inout Plan) -> Void)] = [
        ("name", { $0.name = "other" }),
        ("hypothesis.metric", { $0.hypothesis.metric = "words" }),
        ("hypothesis.smallest_effect", { $0.hypothesis.smallestEffect = .relative(0.04) }),
        ("hypothesis.treatment[0]", { $0.hypothesis.contrast.treatment = ["no"] }),
        ("secondary[1]", { $0.secondary.removeLast() }),
        ("models.model-0.local", { $0.models[0].source = .local("other") }),
        (
            "models.model-1.url",
            { $0.models[1].source = .endpoint(url: "http://x/v1", model: "m #1", keyVariable: "KEY") }
        ),
        ("factors", { $0.factors.reverse() }),
        ("factors.date.levels.may.texts[0]", { $0.factors[0].levels[0].texts[0] = "May!" }),
        ("factors.date.levels.no.placebo", { $0.factors[0].levels[2].isPlacebo = false }),
        ("system", { $0.system = "" }),
        ("prompts.list[p1].prompt", { $0.prompts.prompts[1].text += "!" }),
        ("prompts.list[p1].items[0]", { $0.prompts.prompts[1].items[0] = "x" }),
        ("prompts.list[p2]", { $0.prompts.prompts.removeLast() }),
        ("prompts.effect", { $0.prompts.effect = .fixed }),
        ("samples", { $0.samples += 1 }),
        ("control_pair", { $0.hasControlPair = false }),
        ("sampling.temperature", { $0.sampling.temperature = 1 }),
        ("sampling.min_p", { $0.sampling.minP = nil }),
        ("metrics[2]", { $0.metrics.removeLast() }),
        ("analysis.test", { $0.analysis.test = .wilcoxon }),
        ("analysis.expected.mean", { $0.analysis.expected?.mean = 1 }),
        ("stopping", { $0.stopping = .fixed }),
        ("seed", { $0.seed += 1 }),
    ]

    @Test("every change changes the digest, and is named by its path", arguments: changes.indices)
    func departures(index: Int) throws {
        var plan = Plan.example()
        Self.changes[index].change(&plan)
        #expect(Self.frozen(plan).digest != Self.frozen().digest)
        let departures = Self.frozen().departures(from: plan)
        #expect(departures.map(\.path) == [Self.changes[index].path], "\(departures)")
    }

    @Test("another program or model file is a departure too")
    func surroundings() {
        let found = Self.frozen().departures(
            from: .example(), program: "0.2.0", modelDigests: ["model-0": "cd"])
        #expect(found.map(\.path) == ["program", "model_digests.model-0"])
        #expect(found.map(\.description) == ["program: 0.1.0 → 0.2.0", "model_digests.model-0: ab → cd"])
    }

    @Test("with rows, another plan is refused and the same is not; without, it takes the old one's place")
    func rows() throws {
        let folder = try TemporaryFolder()
        let path = folder.path.string
        try Self.frozen().write(to: path, hasRows: false)
        try Self.frozen().write(to: path, hasRows: true)
        let other = Self.frozen(.example(samples: 6))
        let error = try #require(throws: LabError.self) { try other.write(to: path, hasRows: true) }
        #expect(error.description.contains("samples: 4 → 6"))
        try other.write(to: path, hasRows: false)
        #expect(try FrozenPlan.read(from: path).plan.samples == 6)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [FrozenPlan.fileName])
    }

    @Test(
        "a frozen plan that was changed by hand is refused",
        arguments: ["\"samples\":4", "\"alpha\":0.01", "Question 1"])
    func tampering(text: String) throws {
        let folder = try TemporaryFolder()
        try Self.frozen().write(to: folder.path.string, hasRows: false)
        let url = URL(filePath: "\(folder.path.string)/\(FrozenPlan.fileName)")
        let written = try String(contentsOf: url, encoding: .utf8)
        #expect(written.contains(text))
        try Data(written.replacing(text, with: text + "1").utf8).write(to: url)
        let error = try #require(throws: LabError.self) { try FrozenPlan.read(from: folder.path.string) }
        #expect(error.description.contains("SHA-256"))
        try Data("{}".utf8).write(to: url)
        #expect(throws: LabError.self) { try FrozenPlan.read(from: folder.path.string) }
    }
}
