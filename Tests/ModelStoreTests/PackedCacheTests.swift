// Packed weights are made once, made anew when the model changes, and never stand in the way of running it.

import Foundation
import ModelFiles
import ModelStore
import SystemPackage
import Tensors
import Testing

@Suite struct PackedCacheTests {
    let playground: Playground
    let model: FilePath
    let cache: PackedCache

    init() throws {
        playground = try Playground()
        model = playground.root.appending("model.gguf")
        cache = PackedCache(directory: playground.root.appending("packed"), reserve: 0)
        try Self.write(to: model)
    }

    private static func write(to path: FilePath, seed: UInt8 = 1, format: BlockFormat = .q8_0) throws {
        let count = try #require(format.byteCount(elements: 64 * 128))
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) &+ seed }
        try GGUFWriter(tensors: [
            TensorSource(name: "a", format: format, shape: [64, 128], bytes: bytes),
            TensorSource(name: "b", format: .f32, shape: [3], bytes: [UInt8](repeating: seed, count: 12)),
        ]).write(to: path)
    }

    /// Opens the model and says whether it was packed on the way.
    private func open(_ path: FilePath? = nil, _ cache: PackedCache? = nil) throws -> (
        file: GGUFFile?, problem: String?, worked: Bool
    ) {
        let cache = cache ?? self.cache
        guard let file = cache.open(path ?? model) else { return (nil, nil, false) }
        guard file.hasSomethingToPack else { return (file, nil, false) }
        var worked = false
        let packed = try cache.packIfPossible(file) { _, _ in worked = true }
        return (packed.file, packed.problem, worked)
    }

    private func isPacked(_ file: GGUFFile?) -> Bool { file?.tensors.first?.layout == .panels }

    private func original(_ file: GGUFFile) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try file.streamOriginal { bytes += $0 }
        return bytes
    }

    private var packedPath: FilePath {
        get throws {
            let names = playground.files(cache.directory).filter { $0.hasSuffix(".packed") }
            try #require(names.count == 1)
            return cache.directory.appending(names[0])
        }
    }

    @Test("a model is packed when it is first opened, and mapped from then on")
    func once() throws {
        #expect(cache.existing(model) == nil && cache.bytes(model) == nil)
        let first = try open()
        #expect(first.worked && isPacked(first.file) && first.problem == nil)
        let second = try open()
        #expect(!second.worked && isPacked(second.file))
        #expect(try original(try #require(second.file)) == playground.read(model))
        #expect(cache.bytes(model) == second.file?.byteCount)
        #expect(playground.files(cache.directory) == [try packedPath.lastComponent?.string])
    }

    @Test("the same model by another path is the same packed file")
    func links() throws {
        _ = try open()
        let link = playground.root.appending("link.gguf")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "model.gguf")
        let opened = try open(link)
        #expect(!opened.worked && isPacked(opened.file))
    }

    /// What makes a packed file useless, and must be noticed without reading the model.
    enum Change: CaseIterable {
        case rewritten, replaced, touched, grown
        case packedCut, packedFlipped, packedOfAnotherVersion, packedEmpty, packedForeign
    }

    @Test("a packed file that is out of date or damaged is made anew", arguments: Change.allCases)
    func stale(change: Change) throws {
        _ = try open()
        let packed = try packedPath
        var bytes = try #require(playground.read(packed))
        switch change {
        case .rewritten:
            let handle = try #require(FileHandle(forWritingAtPath: model.string))
            try handle.seek(toOffset: UInt64(try #require(playground.read(model)).count - 40))
            try handle.write(contentsOf: Data([9, 9, 9]))
            try handle.close()
        case .replaced: try Self.write(to: model, seed: 2)
        case .touched:
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000.25)], ofItemAtPath: model.string
            )
        case .grown: try playground.write(try #require(playground.read(model)) + [0], to: model)
        case .packedCut: try playground.write(Array(bytes.dropLast(1)), to: packed)
        case .packedFlipped:
            bytes[100] ^= 1
            try playground.write(bytes, to: packed)
        case .packedOfAnotherVersion:
            bytes[8] = 99
            PackedForm.seal(&bytes)
            try playground.write(bytes, to: packed)
        case .packedEmpty: try playground.write([], to: packed)
        case .packedForeign: try playground.write(Array("something else".utf8), to: packed)
        }
        #expect(cache.existing(model) == nil && cache.bytes(model) == nil)
        let opened = try open()
        #expect(opened.worked && isPacked(opened.file) && opened.problem == nil)
        #expect(try original(try #require(opened.file)) == playground.read(model))
        #expect(try !open().worked)
        #expect(try packedPath == packed)
    }

    @Test("what cannot be packed is opened as it is, without a word")
    func nothingToPack() throws {
        let plain = playground.root.appending("plain.gguf")
        try Self.write(to: plain, format: .f32)
        let opened = try open(plain)
        #expect(opened.file?.path == plain && opened.problem == nil && !opened.worked)

        let packed = playground.root.appending("alone.gguf")
        try PackedWriter(try GGUFFile(path: model)).write(to: packed)
        #expect(isPacked(try open(packed).file))

        for other in ["folder", "model.safetensors", "cut.gguf", "missing.gguf"] {
            let path = playground.root.appending(other)
            switch other {
            case "folder":
                try FileManager.default.createDirectory(
                    atPath: path.string, withIntermediateDirectories: true)
            case "model.safetensors": try playground.write(Array("{}".utf8), to: path)
            case "cut.gguf":
                try playground.write(Array(try #require(playground.read(model)).prefix(900)), to: path)
            default: break
            }
            let opened = try open(path)
            #expect(opened.file == nil && opened.problem == nil && !opened.worked, "\(other)")
        }
        #expect(!FileManager.default.fileExists(atPath: cache.directory.string))
    }

    @Test("too little room, or a folder that cannot be made: the file as it is, and the reason")
    func fallback() throws {
        let full = PackedCache(directory: cache.directory, reserve: .max / 2)
        let opened = try open(nil, full)
        #expect(opened.file?.path == model && !opened.worked)
        #expect(opened.problem?.contains("packing needs 0 MiB and leaves") == true)
        #expect(playground.files(full.directory).isEmpty)

        let blocked = PackedCache(directory: model.appending("packed"), reserve: 0)
        let second = try open(nil, blocked)
        #expect(second.file?.path == model && second.problem?.contains("make this folder") == true)
        #expect(throws: ModelStoreError.self) { try blocked.pack(model) { _, _ in } }
    }

    @Test("while another program packs, the file is run as it is")
    func locked() throws {
        _ = try open()
        let lock = try #require(
            FileManager.default.contentsOfDirectory(atPath: cache.directory.string).first {
                $0.hasSuffix(".lock")
            })
        let descriptor = try FileDescriptor.open(cache.directory.appending(lock), .readWrite)
        try #require(flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0)
        // What is there and up to date needs no lock.
        #expect(isPacked(try open().file))
        try cache.remove(model)
        let opened = try open()
        #expect(opened.file?.path == model && opened.problem?.contains("another program is packing") == true)
        try descriptor.close()
        #expect(isPacked(try open().file))
    }

    @Test("several loaders at once all get the model, and one packed file is left")
    func concurrent() async throws {
        let cache = cache, model = model
        let packed = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var file = try #require(cache.open(model))
                    if file.hasSomethingToPack { file = try cache.packIfPossible(file) { _, _ in }.file }
                    return file.tensors[0].layout == .panels
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(packed.count == 8 && packed.contains(true))
        #expect(playground.files(cache.directory) == [try packedPath.lastComponent?.string])
        #expect(try !open().worked)
    }

    @Test("work that is stopped leaves nothing, and what a killed program left is cleared away")
    func stopped() throws {
        #expect(throws: CancellationError.self) {
            try cache.pack(model) { _, _ in throw CancellationError() }
        }
        #expect(playground.files(cache.directory).isEmpty)
        _ = try open()
        let name = try #require(try packedPath.lastComponent?.string)
        // Of this model; of another that nobody packs; of one that somebody does, and so holds its lock.
        let busy = try FileDescriptor.open(
            cache.directory.appending(".busy-1.lock"), .readWrite, options: .create,
            permissions: .ownerReadWrite)
        try #require(flock(busy.rawValue, LOCK_EX | LOCK_NB) == 0)
        for partial in [".\(name).abc.partial", ".other-1.packed.x.partial", ".busy-1.packed.y.partial"] {
            try playground.write([1, 2, 3], to: cache.directory.appending(partial))
        }
        try Self.write(to: model, seed: 3)
        #expect(try open().worked)
        #expect(playground.files(cache.directory) == [".busy-1.packed.y.partial", name])
        try busy.close()
    }

    @Test("packed files of models that are gone go when there is something to pack")
    func orphans() throws {
        let other = playground.root.appending("other.gguf")
        try Self.write(to: other, seed: 7)
        _ = try open(other)
        _ = try open()
        #expect(playground.files(cache.directory).count == 2)
        try FileManager.default.removeItem(atPath: other.string)
        _ = try open()
        #expect(playground.files(cache.directory).count == 2)  // A start looks at its own file only.
        try playground.write([1, 2, 3], to: cache.directory.appending("unreadable-1.packed"))
        try Self.write(to: model, seed: 8)
        _ = try open()
        #expect(playground.files(cache.directory).count == 1)
    }

    @Test("a packed file is removed, also when its model is gone")
    func remove() throws {
        _ = try open()
        #expect(try cache.remove(model))
        #expect(try !cache.remove(model))
        _ = try open()
        try FileManager.default.removeItem(atPath: model.string)
        #expect(try cache.remove(model))
        #expect(playground.files(cache.directory).isEmpty)
    }
}

@Suite struct PackedStoreTests {
    let playground: Playground
    let store: ModelStore
    let file: FilePath

    init() throws {
        playground = try Playground()
        store = playground.store()
        file = playground.root.appending("model.gguf")
        let bytes = (0..<64 * 136).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try GGUFWriter(tensors: [TensorSource(name: "a", format: .q8_0, shape: [64, 128], bytes: bytes)])
            .write(to: file)
    }

    @Test("a model's packed weights lie beside the store and go with the model")
    func removal() throws {
        let model = try store.add(path: file, as: "m")
        _ = try store.packed.pack(model.path) { _, _ in }
        #expect(store.packed.directory == playground.root.appending("packed"))
        #expect(store.packed.bytes(model.path) != nil)
        try store.remove("m")
        #expect(playground.files(store.packed.directory).isEmpty)
    }

    @Test(
        "a model kept in packed form alone is the same model, and verified as such", arguments: [true, false])
    func replace(isPackedBefore: Bool) throws {
        let model = try store.add(path: file, as: "m")
        if isPackedBefore { _ = try store.packed.pack(model.path) { _, _ in } }
        let original = try #require(playground.read(model.path))
        var steps: [Int] = []
        let replaced = try store.replaceByPacked("m") { done, total in
            steps.append(done)
            #expect(done <= total)
        }
        #expect(!steps.isEmpty && steps == steps.sorted())
        #expect(replaced.sha256 == model.sha256 && replaced.bytes == model.bytes)
        #expect(replaced.path == model.path && replaced.packedBytes == playground.read(model.path)?.count)
        #expect(replaced.source == model.source)
        #expect(try store.list() == [replaced])
        try store.verify("m")
        #expect(playground.files(store.packed.directory).isEmpty)
        #expect(playground.files(playground.directory.appending(".staging")).isEmpty)
        #expect(try store.replaceByPacked("m") == replaced)

        // It runs from where it is, and gives the original back.
        let opened = try #require(store.packed.open(replaced.path))
        #expect(opened.path == replaced.path && opened.tensors[0].layout == .panels)
        #expect(!opened.hasSomethingToPack)
        let back = playground.root.appending("back.gguf")
        try opened.unpack(to: back)
        #expect(playground.read(back) == original && playground.read(file) == original)
    }

    @Test("verify notices a changed value in a model in packed form alone")
    func damaged() throws {
        _ = try store.add(path: file, as: "m")
        let path = try store.replaceByPacked("m").path
        var bytes = try #require(playground.read(path))
        bytes[bytes.count - 5] ^= 1
        try playground.write(bytes, to: path)
        let error = #expect(throws: ModelStoreError.self) { try store.verify("m") }
        #expect(error?.code == .damaged)
    }

    @Test("a model that is not what its manifest says, or whose packing is stopped, stays as it is")
    func keepsOriginal() throws {
        let model = try store.add(path: file, as: "m")
        #expect(throws: CancellationError.self) {
            try store.replaceByPacked("m") { _, _ in throw CancellationError() }
        }
        #expect(try store.list() == [model])
        try store.verify("m")

        var bytes = try #require(playground.read(model.path))
        bytes[bytes.count - 3] ^= 1
        try playground.write(bytes, to: model.path)
        let error = #expect(throws: ModelStoreError.self) { try store.replaceByPacked("m") }
        #expect(error?.code == .damaged && playground.read(model.path) == bytes)
        #expect(try store.list() == [model])
        #expect(throws: ModelStoreError.self) { try store.replaceByPacked("unknown") }
    }
}
