// `sirocco trace`: which experts the router chose.

import ArgumentParser
import ChatTemplates
import Inference
import Models
import Tokenizers

struct Trace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which experts each token was routed to.",
        discussion: """
            Per token and layer the experts with their gate weights, best first; then for each layer the experts' \
            load, its entropy, and how often neighbouring tokens share experts, beside the figures of the Mixtral paper \
            (arXiv 2401.04088, table 5) and chance.
            """)

    @OptionGroup var model: ModelArgument

    @Argument(help: "The text.")
    var prompt: String

    @Flag(help: "Put the model's chat template around the text.")
    var chat = false

    @Option(help: "Tokens to generate and trace after the text.")
    var generate = 0

    @OptionGroup(title: "Machine") var machine: MachineOptions

    @Flag(help: "Print one JSON object with every choice.")
    var json = false

    @Flag(help: "Print the summary alone.")
    var summary = false

    func validate() throws {
        if generate < 0 { throw ValidationError("--generate is \(generate); expected 0 or more") }
    }

    func run() async throws {
        let loaded = try model.load(machine)
        let shape = loaded.configuration
        guard shape.isMixtureOfExperts else {
            throw CommandError(
                "\(model.model) is dense: it has no router to trace. To make a mixture of experts out of it: "
                    + "sirocco upcycle \(model.model) -o moe.gguf")
        }
        let engine = try machine.engine(loaded)
        let tokens =
            chat
            ? try loaded.tokens(answering: [.init(role: .user, content: prompt)])
            : loaded.tokens(continuing: prompt)
        // The last token generated is never computed; one more is asked for to trace them all.
        let request = GenerationRequest(
            prompt: tokens, maxTokens: generate + 1, usesPrefixCache: false, recordsRouting: true)
        let answer = try await Answer.stream(request, engine, loaded.tokenizer) { _ in }
        let layers = LayerRouting.summaries(of: answer.routing, experts: shape.experts)
        if json {
            try printJSON(Record(answer.routing, layers, shape, loaded.tokenizer))
            return
        }
        if !summary { printTokens(answer.routing, loaded.tokenizer) }
        printSummary(layers, shape)
    }

    private func printTokens(_ routing: [TokenRouting], _ tokenizer: Tokenizer) {
        let coloured = Terminal.showsColour(.output)
        for token in routing {
            print(
                Style.bold(
                    "\(token.position)".leftPadding(to: 4) + "  " + tokenizer.piece(token.token),
                    coloured: coloured))
            let cells = token.choices.enumerated().map { layer, choices in
                "L\(layer)".padding(to: 4)
                    + choices.map { "\($0.expert)".leftPadding(to: 2) + " " + Double($0.weight).rounded(2) }
                    .joined(separator: " ")
            }
            let width = (cells.map(\.count).max() ?? 1) + 3
            let perLine = max(1, (Terminal.width(.output) - 6) / width)
            for start in stride(from: 0, to: cells.count, by: perLine) {
                let line = cells[start..<min(start + perLine, cells.count)].map { $0.padding(to: width) }
                    .joined()
                print("      " + line.trimmingTrailingSpaces)
            }
        }
        print()
    }

    private func printSummary(_ layers: [LayerRouting], _ shape: ModelConfiguration) {
        let chance = LayerRouting.chance(experts: shape.experts, chosen: shape.expertsPerToken)
        print("layer  entropy  same first  any shared   load of experts 0 to \(shape.experts - 1), %")
        func percent(_ value: Double?) -> String { value.map { ($0 * 100).rounded(0) + " %" } ?? "–" }
        for layer in layers {
            print(
                "\(layer.layer)".leftPadding(to: 5) + layer.entropy.rounded(2).leftPadding(to: 9)
                    + percent(layer.firstRepeat).leftPadding(to: 12)
                    + percent(layer.anyRepeat).leftPadding(to: 12)
                    + "   "
                    + layer.load.map { ($0 * 100).rounded(0).leftPadding(to: 3) }.joined(separator: " "))
        }
        print(
            "chance" + LayerRouting.entropy(ofEqualShares: shape.experts).rounded(2).leftPadding(to: 8)
                + percent(chance.first).leftPadding(to: 12) + percent(chance.any).leftPadding(to: 12))
        print("\nMixtral 8x7B, for comparison (arXiv 2401.04088, table 5):")
        for row in MixtralPaper.repeatRates {
            func span(_ range: ClosedRange<Double>) -> String {
                let (low, high) = ((range.lowerBound * 100).rounded(0), (range.upperBound * 100).rounded(0))
                return low == high ? "\(low) %" : "\(low)–\(high) %"
            }
            print(
                "\(row.layer)".leftPadding(to: 5) + span(row.first).leftPadding(to: 21)
                    + span(row.any).leftPadding(to: 12))
        }
    }

    private struct Record: Encodable {
        struct Token: Encodable {
            var position: Int
            var id: TokenID
            var piece: String
            var experts: [[Int32]]
            var weights: [[Float]]
        }

        var experts: Int
        var experts_per_token: Int
        var tokens: [Token]
        var layers: [LayerRouting]

        init(
            _ routing: [TokenRouting], _ layers: [LayerRouting], _ shape: ModelConfiguration,
            _ tokenizer: Tokenizer
        ) {
            experts = shape.experts
            experts_per_token = shape.expertsPerToken
            tokens = routing.map { token in
                Token(
                    position: token.position, id: token.token, piece: tokenizer.piece(token.token),
                    experts: token.choices.map { $0.map(\.expert) },
                    weights: token.choices.map { $0.map(\.weight) })
            }
            self.layers = layers
        }
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: Substring {
        var end = endIndex
        while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
        return self[..<end]
    }
}
