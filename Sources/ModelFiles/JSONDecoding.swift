// Decoding the JSON of model files: limits first, then JSONDecoder, and its errors as this module's.
// It knows nothing of what the JSON means.

import FoundationEssentials

extension JSONOutline {
    /// The outline of `text`, or the error for one that no writer of model files makes.
    static func checked(_ text: UnsafeRawBufferPointer, file: String) throws(ModelFileError) -> JSONOutline {
        let outline = JSONOutline(text)
        func failure(_ code: ModelFileError.Code, _ problem: String) -> ModelFileError {
            ModelFileError(code, file: file, item: "header", problem)
        }
        guard !outline.hasZero else { throw failure(.invalid, "expected JSON in UTF-8, found a zero byte") }
        guard outline.depth <= 3 else {
            throw failure(.invalid, "expected JSON nested at most 3 deep, found \(outline.depth)")
        }
        guard outline.keys <= SafetensorsLimits.tensors, outline.innerKeys <= SafetensorsLimits.innerKeys
        else {
            throw failure(
                .tooLarge,
                "expected at most \(SafetensorsLimits.tensors) tensors, found "
                    + "\(max(outline.keys, outline.innerKeys)) keys")
        }
        guard outline.longestList <= SafetensorsLimits.dimensions else {
            throw failure(
                .tooLarge,
                "expected lists of at most \(SafetensorsLimits.dimensions) elements, found "
                    + "\(outline.longestList)")
        }
        return outline
    }
}

/// A key of any name.
struct AnyKey: CodingKey, ExpressibleByStringLiteral {
    var stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { nil }
}

/// Decodes `text`, which outlives the call and is not copied.
func decodeJSON<Value: Decodable>(
    _ type: Value.Type, from text: UnsafeRawBufferPointer, file: String
) throws(ModelFileError) -> Value {
    guard let base = text.baseAddress else {
        throw ModelFileError(.truncated, file: file, "expected JSON, found nothing")
    }
    let data = Data(
        bytesNoCopy: UnsafeMutableRawPointer(mutating: base), count: text.count, deallocator: .none)
    do {
        return try JSONDecoder().decode(type, from: data)
    } catch {
        throw located(error, file: file)
    }
}

private func located(_ error: any Error, file: String) -> ModelFileError {
    let context: DecodingError.Context? =
        switch error as? DecodingError {
        case .typeMismatch(_, let context): context
        case .valueNotFound(_, let context): context
        case .keyNotFound(_, let context): context
        case .dataCorrupted(let context): context
        default: nil
        }
    let path = context?.codingPath.map { printable($0.stringValue) } ?? []
    let problem = printable(context?.debugDescription ?? "\(error)", limit: 300)
    return ModelFileError(
        .invalid, file: file, item: path.isEmpty ? "header" : "entry " + path.joined(separator: ", "),
        "the JSON is not as expected: \(problem)")
}
