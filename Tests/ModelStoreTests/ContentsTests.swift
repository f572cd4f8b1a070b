// Names, resolving, adding, verifying, removing, and manifests that someone has been at.

import Foundation
import ModelStore
import SystemPackage
import Testing

@Suite struct ContentsTests {
    let playground: Playground
    let store: ModelStore
    let file: FilePath

    init() throws {
        playground = try Playground()
        store = playground.store([TinyModel().entry()])
        file = playground.root.appending("my model (1).gguf")
        try playground.write(emptyGGUF, to: file)
    }

    @Test(
        "names are letters, digits and . _ - : and begin with a letter or digit",
        arguments: [
            ("smollm2", true), ("a", true), ("7B", true), ("mixtral:8x7b-q4_k.m", true),
            (String(repeating: "x", count: 100), true), (String(repeating: "x", count: 101), false),
            ("", false),
            (".", false), ("..", false), ("../up", false), ("a/b", false), ("/etc/passwd", false),
            ("a\\b", false),
            (".staging", false), ("-rf", false), (":x", false), ("a b", false), ("a\n", false),
            ("a\0", false),
            ("é", false), ("ａ", false), ("a\u{301}", false),
        ])
    func names(name: String, isAllowed: Bool) throws {
        if isAllowed {
            #expect(
                try store.add(path: file, as: name).path.removingLastComponent()
                    == store.directory.appending(name))
            try store.remove(name)
        } else {
            let error = #expect(throws: ModelStoreError.self) { try store.add(path: file, as: name) }
            #expect(error?.code == .badName)
            #expect(throws: ModelStoreError.self) { try store.remove(name) }
            #expect(throws: (any Error).self) { try store.verify(name) }
            #expect(playground.files(playground.directory).isEmpty)
        }
    }

    @Test("an added file is linked, verified, kept when the original goes, and not added twice")
    func add() throws {
        let model = try store.add(path: file, as: "mine")
        #expect(playground.read(model.path) == emptyGGUF)
        #expect(model.source == file.string && model.licence == nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.string)
        #expect(attributes[.referenceCount] as? Int == 2)
        #expect(try store.add(path: file, as: "mine") == model)
        try playground.write(emptyGGUF + [0], to: playground.root.appending("other.gguf"))
        let error = #expect(throws: ModelStoreError.self) {
            try store.add(path: playground.root.appending("other.gguf"), as: "mine")
        }
        #expect(error?.code == .nameTaken)
        try FileManager.default.removeItem(atPath: file.string)
        try store.verify("mine")
    }

    @Test("an added symbolic link brings the file, and the default name is the file's without its ending")
    func addLink() throws {
        let link = playground.root.appending("linked.gguf")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: file.string)
        let model = try store.add(path: link)
        #expect(model.name == "linked")
        try FileManager.default.removeItem(atPath: link.string)
        #expect(playground.read(model.path) == emptyGGUF)
        let error = #expect(throws: ModelStoreError.self) { try store.add(path: file) }
        #expect(error?.code == .badName, "a name with blanks needs to be chosen")
    }

    @Test(
        "adding never writes to the user's file, whatever it is called",
        arguments: ["manifest.json", "x", "model"])
    func addKeepsTheOriginal(called: String) throws {
        let original = playground.root.appending(called)
        try playground.write(emptyGGUF, to: original)
        let model = try store.add(path: original, as: "mine")
        #expect(playground.read(original) == emptyGGUF)
        #expect(playground.read(model.path) == emptyGGUF)
        try store.verify("mine")
    }

    @Test("a file that is no model, a folder and nothing at all are not added")
    func addNonsense() throws {
        let text = playground.root.appending("text.gguf")
        try playground.write(Array("hello".utf8), to: text)
        #expect(throws: (any Error).self) { try store.add(path: text) }
        #expect(throws: ModelStoreError.self) { try store.add(path: playground.root, as: "folder") }
        #expect(throws: ModelStoreError.self) { try store.add(path: "/nowhere/x.gguf") }
        #expect(try store.list().isEmpty)
    }

    @Test("a path wins over a name, and a name that is neither says what is near")
    func resolve() throws {
        let model = try store.add(path: file, as: "mixtral:8x7b")
        #expect(try store.resolve("mixtral:8x7b") == model.path)
        #expect(try store.resolve(file.string) == file)
        #expect(try store.resolve(playground.root.string) == playground.root)
        func message(_ name: String) -> String? {
            #expect(throws: ModelStoreError.self) { try store.resolve(name) }?.description
        }
        let neither = "neither a file nor a model you have"
        #expect(message("mixtral") == "model mixtral: \(neither); did you mean mixtral:8x7b?")
        #expect(message("mixtrall:8x7b") == "model mixtrall:8x7b: \(neither); did you mean mixtral:8x7b?")
        #expect(message("tiny") == "model tiny: \(neither); get it with `sirocco pull tiny`")
        #expect(message("zzz") == "model zzz: \(neither); known: mixtral:8x7b, tiny")
        #expect(
            message("./no.gguf")
                == "./no.gguf: there is no such file; give a model file's path, or a name; `sirocco list` shows yours"
        )
        #expect(message("../../etc/shadow2")?.contains("no such file") == true)
        #expect(message("a\u{1B}[2Jb")?.contains("\u{1B}") == false, "nothing reaches the terminal unescaped")
        #expect(message("")?.isEmpty == false)
    }

    @Test("verify notices one flipped bit")
    func verify() throws {
        let model = try store.add(path: file, as: "mine")
        try store.verify("mine")
        var bytes = emptyGGUF
        bytes[20] ^= 1
        try playground.write(bytes, to: model.path)
        let error = #expect(throws: ModelStoreError.self) { try store.verify("mine") }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("sirocco rm mine") == true)
        #expect(throws: ModelStoreError.self) { try store.verify("yours") }
    }

    @Test("remove takes the model and nothing else, and knows what is not there")
    func remove() throws {
        _ = try store.add(path: file, as: "one")
        let two = try store.add(path: file, as: "two")
        try store.remove("one")
        #expect(try store.list() == [two])
        #expect(playground.read(file) == emptyGGUF)
        let error = #expect(throws: ModelStoreError.self) { try store.remove("one") }
        #expect(error?.description == "model one: you have no such model; known: two")
        try playground.write([1], to: playground.directory.appending(".staging/half/kept/x.whl"))
        try store.remove("half")
        #expect(
            playground.files(playground.directory) == [
                ".staging", "two", "two/manifest.json", "two/two.gguf",
            ])
    }

    static let spoilt: [(String, @Sendable (String) -> String?)] = [
        ("gone", { _ in nil }), ("empty", { _ in "" }), ("garbage", { _ in "\u{0}\u{1}{" }),
        ("another version", { $0.replacingOccurrences(of: "\"version\" : 1", with: "\"version\" : 2") }),
        ("another name", { $0.replacingOccurrences(of: "\"mine\"", with: "\"yours\"") }),
        (
            "a path upwards",
            { $0.replacingOccurrences(of: "mine.gguf", with: "../../my model (1).gguf") }
        ),
        ("an absolute path", { $0.replacingOccurrences(of: "mine.gguf", with: "/etc/passwd") }),
        ("dots", { $0.replacingOccurrences(of: "mine.gguf", with: "..") }),
        ("a zero byte", { $0.replacingOccurrences(of: "mine.gguf", with: "my\\u0000model") }),
        ("another size", { $0.replacingOccurrences(of: "\"bytes\" : 24", with: "\"bytes\" : 25") }),
        ("a negative size", { $0.replacingOccurrences(of: "\"bytes\" : 24", with: "\"bytes\" : -24") }),
        ("a missing file", { $0.replacingOccurrences(of: "mine.gguf", with: "gone.gguf") }),
    ]

    @Test(
        "a spoilt manifest is reported, hides its model alone, and can be removed", arguments: spoilt.indices)
    func spoiltManifest(index: Int) throws {
        let (name, spoil) = Self.spoilt[index]
        let other = try store.add(path: file, as: "other")
        let model = try store.add(path: file, as: "mine")
        let manifest = model.path.removingLastComponent().appending("manifest.json")
        let text = String(decoding: playground.read(manifest) ?? [], as: UTF8.self)
        if let spoilt = spoil(text) {
            #expect(spoilt != text, "\(name)")
            try playground.write(Array(spoilt.utf8), to: manifest)
        } else {
            try FileManager.default.removeItem(atPath: manifest.string)
        }
        #expect(try store.list() == [other])
        let problems = try store.damaged()
        #expect(problems.map(\.code) == [.damaged])
        #expect(problems.first?.description.contains("run `sirocco rm mine`") == true)
        #expect(throws: ModelStoreError.self) { try store.resolve("mine") }
        #expect(throws: ModelStoreError.self) { try store.verify("mine") }
        try store.remove("mine")
        #expect(try store.damaged().isEmpty)
        #expect(playground.read(file) == emptyGGUF)
    }

    @Test("a damaged model is replaced by pulling it again")
    func pullOverDamage() async throws {
        let tiny = TinyModel()
        try tiny.makeWheel(in: playground)
        let model = try await store.pull("tiny")
        try playground.write([1, 2, 3], to: model.path)
        #expect(try store.list().isEmpty)
        #expect(playground.read(try await store.pull("tiny").path) == tiny.bytes)
    }

    @Test(
        "the store's folder follows SIROCCO_HOME, then XDG_DATA_HOME, then HOME",
        arguments: [
            (["SIROCCO_HOME": "/s", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/s/models"),
            (["XDG_DATA_HOME": "/x", "HOME": "/h"], "/x/sirocco/models"),
            (
                ["SIROCCO_HOME": "", "XDG_DATA_HOME": "relative", "HOME": "/h"],
                "/h/.local/share/sirocco/models"
            ),
            (["HOME": "/h"], "/h/.local/share/sirocco/models"),
        ])
    func directory(environment: [String: String], expected: String) {
        #expect(ModelStore(environment: environment).directory.string == expected)
    }

    @Test("a store that does not exist yet is empty, and one that cannot be made says so")
    func absentStore() throws {
        #expect(try store.list().isEmpty)
        let blocked = ModelStore(directory: file.appending("models"))
        let error = #expect(throws: ModelStoreError.self) { try blocked.add(path: file, as: "mine") }
        #expect(error?.code == .fileSystem)
    }

    @Test("each row of the catalogue has a good name, a full digest, a licence and a source")
    func catalogue() {
        for entry in Catalogue.standard {
            #expect(entry.sha256Looks && entry.identity.bytes > 0)
            #expect(!entry.licence.isEmpty && !entry.summary.isEmpty && entry.file.hasSuffix(".gguf"))
            #expect(FilePath.Component(entry.file)?.string == entry.file)
            #expect(throws: ModelStoreError.self) { try store.resolve(entry.name) }
        }
        #expect(Set(Catalogue.standard.map(\.name)).count == Catalogue.standard.count)
    }
}

extension CatalogueEntry {
    fileprivate var sha256Looks: Bool {
        identity.sha256.count == 64 && identity.sha256.allSatisfy { "0123456789abcdef".contains($0) }
    }
}
