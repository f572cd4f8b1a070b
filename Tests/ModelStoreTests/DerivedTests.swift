// Models made of others are made once, whoever asks first, and go with what they were made of.

import Foundation
import ModelStore
import Synchronization
import SystemPackage
import Testing

@Suite("Derived models")
struct DerivedTests {
    private let playground: Playground
    private let original = String(repeating: "ab", count: 32)

    init() throws { playground = try Playground() }

    private var folder: FilePath { playground.root.appending("derived") }

    private func make(_ path: FilePath) throws { try playground.write([1, 2, 3], to: path) }

    @Test("are made once, and found by original and format from then on")
    func once() throws {
        let store = playground.store()
        var made = 0
        for _ in 0..<3 {
            let path = try store.derived(from: original, format: "Q4_K") {
                made += 1
                try make($0)
            }
            #expect(playground.read(path) == [1, 2, 3])
        }
        #expect(made == 1)
        _ = try store.derived(from: original, format: "q8_0") {
            made += 1
            try make($0)
        }
        #expect(made == 2)
        let models = try store.derivedModels()
        #expect(Set(models.map(\.format)) == ["q4_k", "q8_0"] && models.allSatisfy { $0.bytes == 3 })
        #expect(
            Set(models.map(store.name(of:))) == [
                "\(original.prefix(12))@q4_k", "\(original.prefix(12))@q8_0",
            ])
        try store.remove(try #require(models.first { $0.format == "q4_k" }))
        #expect(try store.derivedModels().map(\.format) == ["q8_0"])
    }

    @Test("that fail to be made leave nothing, and may be tried again")
    func failure() throws {
        struct Broken: Error {}
        let store = playground.store()
        #expect(throws: Broken.self) {
            _ = try store.derived(from: original, format: "q4_k") { _ in throw Broken() }
        }
        #expect(try store.derivedModels().isEmpty)
        _ = try store.derived(from: original, format: "q4_k", make: make)
        #expect(try store.derivedModels().count == 1)
    }

    @Test("are made by one at a time: who comes amid it is told so")
    func busy() throws {
        let store = playground.store()
        _ = try store.derived(from: original, format: "q4_k") { path in
            let error = #expect(throws: ModelStoreError.self) {
                _ = try store.derived(from: original, format: "q4_k", make: make)
            }
            #expect("\(try #require(error))".contains("another program is making it"))
            // Another format is nobody's business.
            _ = try store.derived(from: original, format: "q8_0", make: make)
            try make(path)
        }
        #expect(try store.derivedModels().count == 2)
    }

    @Test("take the place of what a killed program left")
    func abandoned() throws {
        let store = playground.store()
        let partial = folder.appending(".\(original)-q4_k.gguf.123.partial")
        try make(partial)
        _ = try store.derived(from: original, format: "q4_k", make: make)
        #expect(playground.read(partial) == nil)
        #expect(playground.files(folder) == ["\(original)-q4_k.gguf"])
    }

    @Test("are not begun where there is no room for them")
    func room() throws {
        let error = #expect(throws: ModelStoreError.self) {
            _ = try playground.store().derived(from: original, format: "f32", bytes: .max / 2, make: make)
        }
        #expect("\(try #require(error))".contains("MiB are needed"))
    }
}
