// What a user may write for a model: a file, a file with an @ in its name, and one of them with @FORMAT behind it.

import Foundation
import ModelFiles
import ModelStore
import SystemPackage
import Tensors
import TestSupport
import Testing
import sirocco

extension InterruptFlagUsers {
    @Suite("A model's reference")
    struct ModelReferenceTests {
        private let folder: TemporaryFolder
        private let store: ModelStore
        private let model: String

        init() throws {
            folder = try TemporaryFolder()
            store = ModelStore(directory: folder.path.appending("models"), environment: [:])
            model = folder.path.appending("tiny.gguf").string
            // Rows of 256, which every format fits.
            var tiny = TinyModel(seed: 5)
            (tiny.dimension, tiny.headDimension, tiny.feedForward) = (256, 64, 256)
            try tiny.write(to: FilePath(model))
        }

        private func formats(_ path: String) throws -> Set<String> {
            Set(try GGUFFile(path: FilePath(path)).tensors.map(\.format.name))
        }

        private func complaint(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return ""
        }

        @Test("is a file's path, also where the file has an @ in its name")
        func files() throws {
            #expect(try ModelReference.path(model, in: store) == model)
            for name in ["tiny@q8_0", "tiny@home.gguf"] {
                let odd = folder.path.appending(name).string
                try FileManager.default.copyItem(atPath: model, toPath: odd)
                #expect(try ModelReference.path(odd, in: store) == odd)
                #expect(try ModelReference.derived(odd, in: store) == nil)
            }
            #expect(try store.derivedModels().isEmpty)
        }

        @Test("with @FORMAT is made once, in either case of the format, and is what was asked for")
        func made() throws {
            let path = try ModelReference.path(model + "@q8_0", in: store)
            #expect(path != model)
            #expect(try formats(model) == ["F32"] && formats(path).contains("Q8_0"))
            let inode = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
            #expect(try ModelReference.path(model + "@Q8_0", in: store) == path)
            #expect(
                try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int == inode)
            let derived = try #require(try store.derivedModels().first)
            #expect(try store.derivedModels().count == 1 && derived.format == "q8_0")
            #expect(try derived.original == store.digest(FilePath(model)))
            // The last @ counts: a derived model of a file with an @ in its name.
            let odd = folder.path.appending("tiny@home.gguf").string
            try FileManager.default.copyItem(atPath: model, toPath: odd)
            #expect(try ModelReference.path(odd + "@q8_0", in: store) == path)
        }

        @Test(
            "finds what was made, by its model and, when that is gone, by twelve digits or more of its SHA-256"
        )
        func found() throws {
            #expect(try ModelReference.derived(model, in: store) == nil)
            #expect(
                complaint { _ = try ModelReference.derived(model + "@q4_0", in: store) }
                    == "\(model)@q4_0: this has not been made; `sirocco list` shows what has")
            let path = try ModelReference.path(model + "@q4_0", in: store)
            #expect(try ModelReference.derived(model + "@Q4_0", in: store)?.path.string == path)
            let digest = try store.digest(FilePath(model))
            try FileManager.default.removeItem(atPath: model)
            for count in [12, 20, 64] {
                #expect(
                    try ModelReference.derived("\(digest.prefix(count))@q4_0", in: store)?.path.string == path
                )
            }
            for short in [digest.prefix(11) + "@q4_0", digest.prefix(12) + "@q8_0"] {
                #expect(
                    complaint { _ = try ModelReference.derived(String(short), in: store) }
                        .contains("this has not been made"))
            }
        }

        @Test("with a format that is none, or of a model that is none, says so and makes nothing")
        func refused() throws {
            let line = complaint { _ = try ModelReference.path(model + "@q9", in: store) }
            #expect(line.hasPrefix("\(model)@q9: there is no format \"q9\""), "\(line)")
            #expect(line.contains("q8_0"))
            #expect(
                complaint { _ = try ModelReference.derived(model + "@", in: store) }.contains("no format"))
            let missing = complaint { _ = try ModelReference.path("no-such-model@q8_0", in: store) }
            #expect(missing.contains("no-such-model"), "\(missing)")
            #expect(!missing.contains("\n"))
            // An @ in front, or in a folder's name, asks for no format.
            for other in ["@q8_0", "a@b/model"] {
                #expect(try ModelReference.derived(other, in: store) == nil)
                #expect(throws: ModelStoreError.self) { _ = try ModelReference.path(other, in: store) }
            }
            #expect(try store.derivedModels().isEmpty)
        }
    }
}
