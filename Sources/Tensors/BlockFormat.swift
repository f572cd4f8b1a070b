// A tensor type of GGUF as Swift sees it: a view of one row of the kernels' table.
// It knows sizes and conversions; it knows nothing of files or models.

package import CKernels

/// How a tensor's elements are stored: in blocks of `blockElements` elements and `blockBytes` bytes.
///
/// The rows come from `CKernels/formats.c`; to add a format, add its file and its row there.
///
/// `@unchecked Sendable`: `row` points at constant, statically allocated data.
public struct BlockFormat: @unchecked Sendable, Hashable {
    package let row: UnsafePointer<sir_format>

    /// Every tensor type that GGUF defines, also those that Sirocco knows by name and size only.
    public static let all: [BlockFormat] = {
        var formats: [BlockFormat] = []
        while let row = sir_format_at(formats.count) { formats.append(BlockFormat(row: row)) }
        return formats
    }()

    /// The format with this name, such as `"Q4_K"` (GGUF's spelling, upper case).
    public init?(named name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The format with this `ggml_type` number.
    public init?(ggmlType: UInt32) {
        guard let found = Self.all.first(where: { $0.ggmlType == ggmlType }) else { return nil }
        self = found
    }

    private init(row: UnsafePointer<sir_format>) { self.row = row }
}

extension BlockFormat {
    public static let f32 = BlockFormat(named: "F32")!
    public static let f16 = BlockFormat(named: "F16")!
    public static let bf16 = BlockFormat(named: "BF16")!
    public static let q8_0 = BlockFormat(named: "Q8_0")!
}

extension BlockFormat: CustomStringConvertible {
    /// GGUF's name, such as `Q4_K`.
    public var name: String { String(cString: row.pointee.name) }
    /// GGUF's number for the type.
    public var ggmlType: UInt32 { row.pointee.ggml_type }
    /// Elements in one block.
    public var blockElements: Int { Int(row.pointee.block_elements) }
    /// Bytes in one block.
    public var blockBytes: Int { Int(row.pointee.block_bytes) }
    /// Whether values can be read. The other formats are known by name and size only.
    public var isDecodable: Bool { row.pointee.decode != nil }
    /// Whether values can be written.
    public var isEncodable: Bool { row.pointee.encode != nil }
    public var description: String { name }

    /// Bytes that `elements` elements take, or nil where they do not fill whole blocks or overflow.
    public func byteCount(elements: Int) -> Int? {
        guard elements >= 0, elements % blockElements == 0 else { return nil }
        let (bytes, overflow) = (elements / blockElements).multipliedReportingOverflow(by: blockBytes)
        return overflow ? nil : bytes
    }
}
