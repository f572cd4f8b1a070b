// `sirocco run`: one prompt, one answer.

import ArgumentParser
import ChatTemplates
import Inference
import Sampling
import Tokenizers

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer one prompt.",
        discussion: "The answer goes to standard output as it is written, its timings to standard error.")

    @OptionGroup var model: ModelArgument

    @Argument(help: "The prompt; standard input is read if it is left out or '-'.")
    var prompt: String?

    @Option(help: "A system prompt.")
    var system: String?

    @Flag(help: "Continue the prompt as it stands, without the model's chat template.")
    var raw = false

    @Flag(help: "Go on past the token that ends an answer.")
    var ignoreEnd = false

    @OptionGroup(title: "Sampling") var sampling: SamplingOptions
    @OptionGroup(title: "Machine") var machine: MachineOptions

    @Flag(help: "Print one JSON object: text, tokens, timings.")
    var json = false

    @Flag(help: "No timings.")
    var quiet = false

    func validate() throws {
        if raw, system != nil { throw ValidationError("--system has no place in a --raw prompt") }
    }

    func run() async throws {
        let text = try prompt.flatMap { $0 == "-" ? nil : $0 } ?? readStandardInput()
        let loaded = try model.load(machine)
        let engine = try machine.engine(loaded)
        let seed = sampling.chosenSeed
        let request = GenerationRequest(
            prompt: try tokens(of: text, loaded), maxTokens: sampling.maxTokens,
            sampling: try sampling.parameters(seed: seed),
            endTokens: ignoreEnd ? [] : loaded.endTokens)
        let answer = try await Answer.stream(
            request, engine, loaded.tokenizer, continuesText: raw || loaded.promptFormat == nil
        ) { piece in
            if !json { Terminal.write(piece, to: .output) }
        }
        if json {
            try printJSON(
                Record(
                    text: answer.text, tokens: answer.tokens, prompt: request.prompt, seed: seed,
                    summary: SummaryRecord(answer.summary)))
        } else {
            if !answer.text.hasSuffix("\n") { Terminal.write("\n", to: .output) }
            if !quiet { Note.write(answer.summary.line(seed: request.sampling.temperature > 0 ? seed : nil)) }
        }
    }

    /// A base model continues text; one with a chat template answers.
    private func tokens(of text: String, _ loaded: LoadedModel) throws -> [TokenID] {
        if raw { return loaded.tokens(continuing: text) }
        if loaded.promptFormat == nil {
            guard system == nil else {
                throw CommandError("--system: this model has no chat template; it only continues text")
            }
            return loaded.tokens(continuing: text)
        }
        var messages: [ChatMessage] = []
        if let system { messages.append(ChatMessage(role: .system, content: system)) }
        messages.append(ChatMessage(role: .user, content: text))
        return try loaded.tokens(answering: messages)
    }

    private func readStandardInput() throws -> String {
        if Terminal.isTerminal(.input) { Note.write("Type the prompt, then Ctrl-D.") }
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        guard !text.isEmpty else { throw CommandError("the prompt is empty") }
        return text
    }

    private struct Record: Encodable {
        var text: String
        var tokens: [TokenID]
        var prompt: [TokenID]
        var seed: UInt64
        var summary: SummaryRecord
    }
}

/// Remarks beside the output: to standard error, dimmed on a terminal.
enum Note {
    static func write(_ text: String) {
        Terminal.write(Style.dim(text, coloured: Terminal.showsColour(.error)) + "\n", to: .error)
    }
}
