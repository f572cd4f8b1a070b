// Snappy's block format, unpacked. Source: google/snappy, format_description.txt.

enum Snappy {
    /// What `packed` holds; nil: it is damaged, or does not come to `size` bytes.
    static func unpack(_ packed: [UInt8], size: Int) -> [UInt8]? {
        var index = 0
        // The length in front, seven bits a byte, the lowest first.
        var (length, shift) = (0, 0)
        while true {
            guard index < packed.count, shift <= 28 else { return nil }
            length |= Int(packed[index] & 0x7F) << shift
            shift += 7
            index += 1
            if packed[index - 1] < 0x80 { break }
        }
        guard length == size else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(size)

        func little(_ count: Int) -> Int? {
            guard count <= packed.count - index else { return nil }
            defer { index += count }
            return (0..<count).reduce(0) { $0 | Int(packed[index + $1]) << (8 * $1) }
        }
        while index < packed.count {
            let tag = Int(packed[index])
            index += 1
            if tag & 3 == 0 {
                var count = tag >> 2
                if count >= 60 {
                    guard let more = little(count - 59) else { return nil }
                    count = more
                }
                count += 1
                guard count <= packed.count - index, count <= size - output.count else { return nil }
                output += packed[index..<index + count]
                index += count
                continue
            }
            let count: Int
            let offset: Int?
            switch tag & 3 {
            case 1:
                count = (tag >> 2) & 7 + 4
                offset = little(1).map { $0 | (tag >> 5) << 8 }
            case 2: (count, offset) = (tag >> 2 + 1, little(2))
            default: (count, offset) = (tag >> 2 + 1, little(4))
            }
            guard let offset, offset > 0, offset <= output.count, count <= size - output.count else {
                return nil
            }
            // Byte by byte: a copy may reach into what it writes itself.
            for _ in 0..<count { output.append(output[output.count - offset]) }
        }
        return output.count == size ? output : nil
    }
}
