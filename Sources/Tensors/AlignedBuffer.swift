// Memory for activations and scratch: owned, aligned for the widest vectors, freed with its owner.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A fixed block of `count` elements, aligned to 64 bytes, zero at first.
///
/// Kernels take its `pointer`; the pointer is valid as long as the buffer lives. Sharing between
/// threads is the business of whoever splits the work: hence `@unchecked Sendable`.
public struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Element>
    /// Elements.
    public let count: Int
    private let isMapped: Bool

    /// Allocates `count` zeroed elements.
    public init(count: Int) {
        precondition(count >= 0)
        let (size, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        precondition(!overflow, "\(count) elements are more than memory can address")
        let bytes = max(size, 1)
        // Large scratch is sized for the largest step and the whole context, and mostly never touched: fresh
        // pages of the system are zero, and cost nothing until they are written.
        isMapped = bytes >= 1 << 20
        if isMapped {
            let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let mapped, mapped != MAP_FAILED else {
                fatalError(
                    "out of memory: \(bytes) bytes of scratch; is the context too long for this machine?")
            }
            pointer = mapped.assumingMemoryBound(to: Element.self)
        } else {
            let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
            pointer = raw.assumingMemoryBound(to: Element.self)
        }
        self.count = count
    }

    deinit {
        if isMapped {
            munmap(pointer, count * MemoryLayout<Element>.stride)
        } else {
            UnsafeMutableRawPointer(pointer).deallocate()
        }
    }
}
