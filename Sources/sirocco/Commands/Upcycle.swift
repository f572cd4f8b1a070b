// `sirocco upcycle`: a mixture of experts out of a dense model.

import ArgumentParser
import ModelFiles
import SystemPackage
import Training

struct Upcycle: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a mixture of experts out of a dense model.",
        discussion: """
            Every expert starts as a copy of the dense model's feed-forward block, and each layer gets a router with \
            random weights (sparse upcycling, arXiv 2212.05055). Without noise the new model computes what the old \
            one does.
            """)

    @OptionGroup var model: ModelArgument

    @Option(help: "Experts in each layer.")
    var experts = 8

    @Option(help: "Experts that each token is routed to.")
    var topK = 2

    @Option(help: "Gaussian noise on each expert, as a fraction of its weights' standard deviation.")
    var noise = 0.0

    @Option(help: "Seed of the routers and the noise.")
    var seed: UInt64 = 0

    @Option(name: .shortAndLong, help: "The file to write, a .gguf.")
    var output: String

    func run() throws {
        let dense = try GGUFFile(path: FilePath(try model.path()))
        let bar = ProgressBar("writing \(output)", total: nil)
        var total: Int64 = 0
        try Upcycling(experts: experts, expertsPerToken: topK, noise: noise, seed: seed)
            .write(dense, to: FilePath(output)) { written, all in
                total = Int64(all)
                bar.update(Int64(written), of: total)
            }
        bar.finish(total)
        Note.write("\(output): \(experts) experts, \(topK) per token. Try: sirocco trace \(output) \"Hello\"")
    }
}
