// Memory for activations and scratch: owned, aligned for the widest vectors, freed with its owner.

/// A fixed block of `count` elements, aligned to 64 bytes, zero at first.
///
/// Kernels take its `pointer`; the pointer is valid as long as the buffer lives. Sharing between
/// threads is the business of whoever splits the work: hence `@unchecked Sendable`.
public struct AlignedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    package let pointer: UnsafeMutablePointer<Element>
    /// Elements.
    public let count: Int

    /// Allocates `count` zeroed elements.
    public init(count: Int) {
        precondition(count >= 0)
        let bytes = max(count * MemoryLayout<Element>.stride, 1)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        pointer = raw.assumingMemoryBound(to: Element.self)
        self.count = count
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }

    package var elements: UnsafeMutableBufferPointer<Element> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }
}
