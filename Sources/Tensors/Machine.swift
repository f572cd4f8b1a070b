// What this machine can do at best: reading memory, multiplying small integers, reading a file from its
// disk. It owns the buffers and the clock; it knows no model and sets nothing in relation.

import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Rates that one machine reached with one set of instructions and threads.
public struct MachineSpeed: Sendable, Equatable {
    /// Bytes a second that all threads together read from memory, as often as it was tried. The fastest is
    /// what the memory can do; the others tell how quiet the machine was.
    public var memoryRuns: [Double]
    /// 8-bit multiplications and additions a second, each product and each addition counted, likewise.
    public var int8Runs: [Double]
    /// The instructions that did them.
    public var int8Instructions: String

    public var memoryBytesPerSecond: Double { memoryRuns.max() ?? 0 }
    public var int8OperationsPerSecond: Double { int8Runs.max() ?? 0 }

    /// How much is measured: the defaults take about a second in all.
    public struct Effort: Sendable {
        /// Bytes that the threads read; nil: four times the caches, and never more than 1 GiB or an eighth of memory.
        public var memoryBytes: Int?
        /// How long each rate is measured for.
        public var seconds = 0.4

        public init(memoryBytes: Int? = nil, seconds: Double = 0.4) {
            self.memoryBytes = memoryBytes
            self.seconds = seconds
        }
    }

    /// Measures on `pool`, which must be idle.
    public static func measure(
        _ instructionSet: InstructionSet, _ pool: ThreadPool, effort: Effort = Effort()
    ) -> MachineSpeed {
        MachineSpeed(
            memoryRuns: memoryReads(instructionSet, pool, effort),
            int8Runs: int8Products(instructionSet, pool, effort),
            int8Instructions: String(cString: sir_int8_instructions(instructionSet.kernelISA)))
    }

    /// Bytes a second of passes over one buffer, shared out as they come, as weights are.
    private static func memoryReads(
        _ instructionSet: InstructionSet, _ pool: ThreadPool, _ effort: Effort
    ) -> [Double] {
        let piece = 4 << 20
        let pieces = max(pool.workers, (effort.memoryBytes ?? bufferBytes) / piece)
        let buffer = StreamBuffer(bytes: pieces * piece)
        let isa = instructionSet.kernelISA
        // Written by who reads it: pages that nobody wrote are all one page of zeroes.
        pool.run { worker in
            worker.forEach(pieces) { range in
                for index in range { memset(buffer.start + index * piece, 1, piece) }
            }
        }
        return runs(seconds: effort.seconds) {
            pool.run { worker in
                var sum: UInt64 = 0
                worker.forEach(pieces) { range in
                    for index in range { sum &+= sir_read_memory(isa, buffer.start + index * piece, piece) }
                }
                buffer.sums[worker.index].pointee = sum
            }
            return Double(pieces * piece)
        }
    }

    /// Operations a second of the register-only loop on every thread at once.
    private static func int8Products(
        _ instructionSet: InstructionSet, _ pool: ThreadPool, _ effort: Effort
    ) -> [Double] {
        let isa = instructionSet.kernelISA
        let results = StreamBuffer(bytes: 64 * pool.workers)
        /// All threads do `rounds`; returns the operations of all of them.
        func products(_ rounds: UInt64) -> Double {
            pool.run { worker in
                let result = (results.start + 64 * worker.index).assumingMemoryBound(to: Int32.self)
                results.sums[worker.index].pointee = sir_multiply_int8(isa, rounds, result)
            }
            return (0..<pool.workers).reduce(0) { $0 + Double(results.sums[$1].pointee) }
        }
        // Rounds for a fifth of the time; the first few also wake the vector units.
        var rounds: UInt64 = 1 << 10
        while seconds({ _ = products(rounds) }) < effort.seconds / 10 { rounds *= 2 }
        return runs(seconds: effort.seconds) { products(rounds * 2) }
    }

    /// Amounts a second of `work`, which returns the amount it did, at least three times.
    private static func runs(seconds total: Double, _ work: () -> Double) -> [Double] {
        var rates: [Double] = []
        var spent = 0.0
        while spent < total || rates.count < 3 {
            var amount = 0.0
            let time = seconds { amount = work() }
            spent += time
            rates.append(amount / max(time, 1e-9))
        }
        return rates
    }

    private static func seconds(_ work: () -> Void) -> Double {
        let start = ContinuousClock.now
        work()
        return (ContinuousClock.now - start) / .seconds(1)
    }

    /// Much more than caches hold. Not more than need be: a virtual machine takes seconds to be given a gigabyte.
    private static var bufferBytes: Int {
        let memory = sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))
        #if canImport(Glibc)
            let cache = max(0, sysconf(CInt(_SC_LEVEL3_CACHE_SIZE)))
        #else
            let cache = 0
        #endif
        return min(max(256 << 20, 4 * cache), 1 << 30, memory / 8)
    }
}

/// Memory that all workers read, and a place for each one's result.
///
/// `@unchecked Sendable`: workers write disjoint parts.
private final class StreamBuffer: @unchecked Sendable {
    private let memory: AlignedBuffer<UInt8>
    private let results: AlignedBuffer<UInt64>
    let start: UnsafeMutableRawPointer

    init(bytes: Int) {
        memory = AlignedBuffer(count: bytes)
        results = AlignedBuffer(count: 8 * 1024)
        start = UnsafeMutableRawPointer(memory.pointer)
        #if os(Linux)
            // Fewer page faults while it is filled; where the hint is not taken it is only slower.
            let page = Int(sysconf(CInt(_SC_PAGESIZE)))
            if Int(bitPattern: start) % page == 0 { madvise(start, bytes, CInt(MADV_HUGEPAGE)) }
        #endif
    }

    /// One result per worker, on cache lines of their own.
    var sums: Results { Results(pointer: results.pointer) }

    struct Results {
        let pointer: UnsafeMutablePointer<UInt64>
        subscript(worker: Int) -> UnsafeMutablePointer<UInt64> { pointer + worker % 1024 * 8 }
    }
}

// MARK: Disk

/// Reads a file past the system's cache, from front to back, one large piece at a time.
public enum DiskSpeed {
    /// Why a file's disk cannot be measured.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Bytes of one read: what a reader of whole experts asks for at once.
    public static let pieceBytes = 4 << 20

    /// Bytes a second from the file at `path`, over at most `seconds` or its length. Reads only.
    public static func measure(_ path: String, seconds: Double = 0.5) throws(Failure) -> Double {
        let descriptor = sir_open_uncached(path)
        guard descriptor >= 0 else { throw Failure(description: reason(-descriptor)) }
        defer { close(descriptor) }
        let size = pieceBytes
        let piece = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 1 << 16)
        defer { piece.deallocate() }
        let start = ContinuousClock.now
        var spent = 0.0
        var total = 0
        while spent < seconds {
            let count = pread(descriptor, piece, size, off_t(total))
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw Failure(description: reason(errno)) }
            total += count
            spent = (ContinuousClock.now - start) / .seconds(1)
            if count < size { break }  // the file's end, which need not fill a piece
        }
        guard total > 0, spent > 0 else { throw Failure(description: "the file is empty") }
        return Double(total) / spent
    }

    private static func reason(_ error: CInt) -> String {
        error == EINVAL || error == ENOTSUP
            ? "its file system does not read past the cache (O_DIRECT)" : String(cString: strerror(error))
    }
}
