// What JSONDecoder does not report: how deep a text nests, how many keys and array elements it has.
// It bounds what decoding can cost and shows repeated keys; the grammar is JSONDecoder's to check.

/// The outline of a JSON text in UTF-8, from one pass over its bytes.
struct JSONOutline {
    /// The most brackets and braces open at once.
    private(set) var depth = 0
    /// Keys of the outermost object, repeated ones counted each time.
    private(set) var keys = 0
    /// Keys of the objects within it, all together.
    private(set) var innerKeys = 0
    /// The most elements of any list at depth 3, such as a tensor's shape.
    private(set) var longestList = 0
    /// Whether there is a zero byte: never in UTF-8 JSON, always in UTF-16 and UTF-32, which JSONDecoder would
    /// take too, past all of the above.
    private(set) var hasZero = false

    init(_ text: UnsafeRawBufferPointer) {
        var open = 0
        var list = 0
        var isInString = false
        var isEscaped = false
        for byte in text {
            if byte == 0 { hasZero = true }
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                depth = max(depth, open)
                list = 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): open -= 1
            case UInt8(ascii: ":") where open == 1: keys += 1
            case UInt8(ascii: ":") where open == 2: innerKeys += 1
            case UInt8(ascii: ",") where open == 3:
                list += 1
                longestList = max(longestList, list)
            default: break
            }
        }
    }
}
