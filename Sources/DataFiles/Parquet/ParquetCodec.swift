// How pages are packed. It knows bytes; what they mean, the page's reader knows.

import CZlib
import CZstd

/// A codec that pages come in. Source: apache/parquet-format, CompressionCodec.
enum ParquetCodec: Int32 {
    case none = 0
    case snappy = 1
    case gzip = 2
    case zstd = 6

    // To add a codec: its number above, its name below, its case in `unpack`.
    static let names: [Int32: String] = [
        0: "UNCOMPRESSED", 1: "SNAPPY", 2: "GZIP", 3: "LZO", 4: "BROTLI", 5: "LZ4", 6: "ZSTD", 7: "LZ4_RAW",
    ]

    /// What `packed` holds; nil: it is damaged, or does not come to `size` bytes.
    func unpack(_ packed: [UInt8], size: Int) -> [UInt8]? {
        switch self {
        case .none: return packed.count == size ? packed : nil
        case .snappy: return Snappy.unpack(packed, size: size)
        case .gzip: return Self.inflate(packed, size: size)
        case .zstd:
            var output = [UInt8](repeating: 0, count: size)
            let count = ZSTD_decompress(&output, size, packed, packed.count)
            return ZSTD_isError(count) == 0 && count == size ? output : nil
        }
    }

    private static func inflate(_ packed: [UInt8], size: Int) -> [UInt8]? {
        var (output, input) = ([UInt8](repeating: 0, count: max(1, size)), packed)
        guard !input.isEmpty, let available = UInt32(exactly: input.count), let room = UInt32(exactly: size)
        else {
            return nil
        }
        return output.withUnsafeMutableBufferPointer { output in
            input.withUnsafeMutableBufferPointer { input in
                var stream = z_stream()
                stream.next_in = input.baseAddress
                stream.avail_in = available
                stream.next_out = output.baseAddress
                stream.avail_out = room
                // 15 bits of window, and a header of gzip or zlib, whichever is there.
                let status = inflateInit2_(
                    &stream, 15 + 32, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
                guard status == Z_OK else { return nil }
                defer { inflateEnd(&stream) }
                guard CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END, Int(stream.total_out) == size else {
                    return nil
                }
                return Array(output[..<size])
            }
        }
    }
}
