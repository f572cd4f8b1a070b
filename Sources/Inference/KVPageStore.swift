// The pages of a `KVStore` on the disk: which there are, which give way, and who writes them. It knows files and their
// ages; what a page means, and when one is wanted, others know.

import Dispatch
import Glibc
import ModelFiles
import Models
import Synchronization
import SystemPackage
import Tensors

/// Reads on the engine's thread, one page at a time; writes on a queue of its own, from copies.
final class KVPageStore: Sendable {
    private struct Entry {
        var bytes: Int
        var used: Int  // larger: later
    }
    private struct State {
        var entries: [String: Entry] = [:]
        var bytes = 0
        var clock = 0
        var waiting = 0  // copies that wait to be written
        var load = KVStoreLoad()
    }

    /// Raised whenever the forward pass computes other bits from the same weights, or pages lie otherwise.
    private static let computation = 1
    private static let suffix = ".kv"
    /// Copies of pages that may wait for the disk, in bytes; more are dropped: a page lost costs computing it again.
    private static let mostWaitingBytes = 64 << 20

    private let folder: FilePath
    private let byteLimit: Int
    private let file: KVPageFile
    /// Where the hashes of all texts start: another model's files have other names.
    let start: (UInt64, UInt64)
    private let state = Mutex(State())
    private let writer = DispatchQueue(label: "sirocco.kv-store", qos: .utility)

    /// Throws where the folder can neither be listed nor made.
    init(_ store: KVStore, layout: KVLayout) throws(EngineError) {
        folder = FilePath(store.folder)
        byteLimit = store.byteLimit
        let identity =
            "\(store.model) computation \(Self.computation) \(layout.type) \(layout.layers) layers "
            + "\(layout.kvHeads) heads of \(layout.headDimension), \(KVType.pagePositions) positions"
        file = KVPageFile(identity: identity, pageBytes: layout.pageBytes)
        let bytes = identity.utf8.map(UInt64.init)
        start = (bytes.reduce(1, mixed), bytes.reduce(2, mixed))
        try list()
    }

    var load: KVStoreLoad { state.withLock { $0.load } }

    func contains(_ text: TextChain) -> Bool {
        let name = name(text)
        return state.withLock { $0.entries[name] != nil }
    }

    /// Reads the page at the end of `text` into `page`; false: it is not there after all, or not what it should be.
    func read(_ text: TextChain, into page: UnsafeMutablePointer<UInt8>) -> Bool {
        let name = name(text)
        let path = folder.appending(name + Self.suffix)
        do throws(KVPageFile.Refusal) {
            try file.read(
                path, text: text.text, into: UnsafeMutableRawBufferPointer(start: page, count: file.pageBytes)
            )
        } catch {
            state.withLock { state in
                if let entry = state.entries.removeValue(forKey: name) { state.bytes -= entry.bytes }
                if case .wrong = error { state.load.pagesRefused += 1 }
            }
            if case .wrong = error { unlink(path.string) }
            return false
        }
        // The age goes into the file: it is to count after a restart, too.
        utimes(path.string, nil)
        state.withLock { state in
            state.clock += 1
            state.entries[name]?.used = state.clock
            state.load.pagesRead += 1
        }
        return true
    }

    /// Has a copy of the page at the end of `text` written some time, unless it is there already.
    /// - Parameter waits: whether to wait where many wait to be written, instead of dropping it.
    func save(_ text: TextChain, _ page: UnsafePointer<UInt8>, waits: Bool = false) {
        let name = name(text)
        let bytes = file.fileBytes(tokens: text.count)
        let most = max(1, Self.mostWaitingBytes / file.pageBytes)
        if waits, state.withLock({ $0.waiting >= most }) { flush() }
        let isWanted = state.withLock { state in
            guard state.entries[name] == nil, bytes <= byteLimit else { return false }
            guard state.waiting < most else {
                state.load.pagesDropped += 1
                return false
            }
            state.waiting += 1
            return true
        }
        guard isWanted else { return }
        let copy = Array(UnsafeRawBufferPointer(start: page, count: file.pageBytes))
        writer.async { [self] in
            makeRoom(for: bytes)
            var isWritten = false
            do throws(ModelFileError) {
                let path = folder.appending(name + Self.suffix)
                try file.write(copy, text: text.text, to: path)
                isWritten = true
            } catch {}  // A full disk, say: the page is computed again, and the count tells.
            state.withLock { state in
                state.waiting -= 1
                if isWritten {
                    state.clock += 1
                    let old = state.entries.updateValue(Entry(bytes: bytes, used: state.clock), forKey: name)
                    state.bytes += bytes - (old?.bytes ?? 0)
                    state.load.pagesWritten += 1
                } else {
                    state.load.pagesDropped += 1
                }
            }
        }
    }

    /// Waits until all that was to be saved is on the disk.
    func flush() { writer.sync {} }

    /// Removes what was used longest ago until `bytes` more fit.
    private func makeRoom(for bytes: Int) {
        let removed = state.withLock { state in
            var removed: [String] = []
            while state.bytes + bytes > byteLimit,
                let oldest = state.entries.min(by: { $0.value.used < $1.value.used })
            {
                state.entries[oldest.key] = nil
                state.bytes -= oldest.value.bytes
                removed.append(oldest.key)
            }
            return removed
        }
        for name in removed { unlink(folder.appending(name + Self.suffix).string) }
    }

    private func name(_ text: TextChain) -> String {
        text.hashes.0.hexadecimal + text.hashes.1.hexadecimal
    }

    /// Learns what is in the folder, oldest first, and makes it if need be.
    private func list() throws(EngineError) {
        func failure(_ doing: String) -> EngineError {
            EngineError(
                .badRequest,
                "\(folder): cannot \(doing) for keys and values: \(String(cString: strerror(errno)))")
        }
        if mkdir(folder.string, 0o700) != 0, errno != EEXIST { throw failure("make a folder") }
        guard let listing = opendir(folder.string) else { throw failure("list the folder") }
        defer { closedir(listing) }
        var found: [(name: String, bytes: Int, seconds: Int64, nanoseconds: Int64)] = []
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let path = folder.appending(name).string
            guard let stamp = FileStamp(path: path) else { continue }
            if name.hasSuffix(Self.suffix) {
                found.append(
                    (String(name.dropLast(Self.suffix.count)), stamp.bytes, stamp.seconds, stamp.nanoseconds))
            } else if name.hasSuffix(".partial"), stamp.seconds < time(nil) - 3600 {
                unlink(path)  // left by a process that died while it wrote
            }
        }
        found.sort { ($0.seconds, $0.nanoseconds) < ($1.seconds, $1.nanoseconds) }
        state.withLock { state in
            for file in found {
                state.clock += 1
                state.entries[file.name] = Entry(bytes: file.bytes, used: state.clock)
                state.bytes += file.bytes
            }
        }
        makeRoom(for: 0)
    }
}
