// Sums in words: Hugging Face's openai/gsm8k, main. Source: Cobbe et al., arXiv 2110.14168.

package import DataFiles

package struct GSM8K: EvaluationTask {
    package static let name = "gsm8k"
    package static let summary = "sums in words, the answer written out; openai/gsm8k, main"
    package static let source = DataSource(folder: "main", split: "test", examples: "train")
    package static let shots = 5
    package static let metrics = ["exact_match,strict-match", "exact_match,flexible-extract"]
    package static let answer: AnswerRule? = AnswerRule(stops: ["Question:", "</s>", "<|im_end|>"])

    package init() {}

    package func document(_ row: DataRow) throws(EvaluationError) -> Document {
        let prompt = "Question: \(try row.text("question"))\nAnswer:"
        return Document(.answer(prompt: prompt), example: "\(prompt) \(try row.text("answer"))\n\n")
    }

    package func score(_ answer: String, _ row: DataRow) throws(EvaluationError) -> [Double] {
        let wanted = Self.normalized(try row.text("answer"))
        return [Self.strictMatch(answer), Self.flexibleMatch(answer)].map {
            Self.normalized($0 ?? Self.noMatch) == wanted ? 1 : 0
        }
    }

    /// What stands for an answer without a number.
    static let noMatch = "[invalid]"

    /// The first match of `#### (\-?[0-9\.\,]+)`.
    static func strictMatch(_ text: String) -> String? {
        let (bytes, mark) = (Array(text.utf8), Array("#### ".utf8))
        for start in bytes.indices where bytes[start...].starts(with: mark) {
            let number = bytes[(start + mark.count)...]
            let sign = number.prefix(number.first == UInt8(ascii: "-") ? 1 : 0)
            let digits = number.dropFirst(sign.count).prefix { isDigit($0) || $0 == 0x2E || $0 == 0x2C }
            if !digits.isEmpty { return String(decoding: sign + digits, as: UTF8.self) }
        }
        return nil
    }

    /// The last match of `(-?[$0-9.,]{2,})|(-?[0-9]+)`.
    static func flexibleMatch(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        var last: Range<Int>?
        var index = 0
        while index < bytes.count {
            let start = bytes[index] == UInt8(ascii: "-") ? index + 1 : index
            var end = start
            while end < bytes.count, isDigit(bytes[end]) || [0x24, 0x2E, 0x2C].contains(bytes[end]) {
                end += 1
            }
            if end - start >= 2 || end - start == 1 && isDigit(bytes[start]) {
                last = index..<end
                index = end
            } else {
                index += 1
            }
        }
        return last.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Without commas, dollars, all up to the last `#### `, and a full stop at the end or before a last line's end; lower
    /// case. In this order, as the harness removes them.
    static func normalized(_ text: String) -> String {
        var bytes = text.utf8.filter { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "$") }
        let mark = Array("#### ".utf8)
        if bytes.count >= mark.count,
            let start = (0...bytes.count - mark.count).last(where: { bytes[$0...].starts(with: mark) })
        {
            bytes.removeFirst(start + mark.count)
        }
        let end = bytes.last == 0x0A ? bytes.count - 1 : bytes.count
        if bytes.last == UInt8(ascii: ".") {
            bytes.removeLast()
        } else if end < bytes.count, end > 0, bytes[end - 1] == UInt8(ascii: ".") {
            bytes.remove(at: end - 1)
        }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }
}
