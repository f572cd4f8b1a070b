// The program: its commands and nothing else.

package import ArgumentParser
import Inference

@main
package struct Sirocco: AsyncParsableCommand {
    static let version = Engine.version

    // To add a command: one file in Commands/, one row here, one section in docs/commands.md.
    package static let configuration = CommandConfiguration(
        commandName: "sirocco",
        abstract:
            "Runs open-weight mixture-of-experts language models on this machine, and shows what they do.",
        discussion: """
            A MODEL is a name in your store (see `sirocco list`), the path of a .gguf file, or of a folder with \
            config.json and safetensors. To begin:

              sirocco pull smollm2
              sirocco chat smollm2
            """,
        version: version,
        subcommands: [
            Run.self, Chat.self, Serve.self, MakeKey.self, Replay.self, Show.self, Tokenize.self, Trace.self,
            Upcycle.self,
            LabCommand.self, Eval.self, Bench.self, Pull.self,
            List.self, Pack.self, Unpack.self, Remove.self,
        ])

    package init() {}
}
