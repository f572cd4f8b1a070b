// `sirocco pack` and `unpack`: weights in the layout that kernels want, and back.

import ArgumentParser
import ModelFiles
import ModelStore
import SystemPackage

struct Pack: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Pack a model's weights now; running it does so too.",
        discussion: """
            Packed weights are the file's own bytes in the order in which this program reads them. They are kept \
            beside your store, are made anew when the model changes, and go with it. No value changes, and \
            `sirocco unpack` gives the original back bit for bit.
            """)

    @OptionGroup var model: ModelArgument

    @Option(name: .shortAndLong, help: "Write a packed file that is a model by itself here instead.")
    var output: String?

    @Flag(help: "Keep a model of your store in packed form alone, once that is verified to unpack.")
    var replace = false

    @Flag(help: "Remove the model's packed weights.")
    var remove = false

    func validate() throws {
        if [output != nil, replace, remove].count(where: { $0 }) > 1 {
            throw ValidationError("--output, --replace and --remove exclude each other")
        }
    }

    func run() throws {
        let store = ModelStore()
        if replace { return try replace(in: store) }
        let path = FilePath(try model.path())
        if remove {
            guard try store.packed.remove(path) else {
                throw CommandError("\(model.model): there are no packed weights to remove")
            }
            Note.write("removed the packed weights of \(model.model)")
        } else if let output {
            let writer = try PackedWriter(try GGUFFile(path: path))
            try PackedWeights.working("packing \(model.model)") {
                try writer.write(to: FilePath(output), progress: $0)
            }
            Note.write("\(output): \(writer.byteCount / 1_000_000) MB. Try: sirocco run \(output) \"Hello\"")
        } else {
            let file = try PackedWeights.working("packing \(model.model)") {
                try store.packed.pack(path, progress: $0)
            }
            Note.write("\(model.model): \(file.byteCount / 1_000_000) MB of packed weights in \(file.path)")
        }
    }

    private func replace(in store: ModelStore) throws {
        let packed = try PackedWeights.working("packing \(model.model)") { progress in
            try store.replaceByPacked(model.model, progress: progress)
        }
        Note.write(
            "\(model.model): \((packed.packedBytes ?? packed.bytes) / 1_000_000) MB, in packed form alone. "
                + "`sirocco unpack \(model.model) -o \(model.model).gguf` gives the original")
    }
}

struct Unpack: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the GGUF file that a packed one was made of, bit for bit.")

    @OptionGroup var model: ModelArgument

    @Option(name: .shortAndLong, help: "The file to write, a .gguf.")
    var output: String

    func run() throws {
        let packed = try GGUFFile(path: FilePath(try model.path()))
        try PackedWeights.working("unpacking \(model.model)") {
            try packed.unpack(to: FilePath(output), progress: $0)
        }
    }
}
