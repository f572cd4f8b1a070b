// Reads what the oracle made. Owns no test; the suites beside it say what they prove.

import ChatTemplates
import Foundation
import Grammars

enum Fixture {
    struct Missing: Error { let name: String }

    static func array(_ name: String) throws -> [JSONValue] {
        let url = Bundle.module.resourceURL?.appendingPathComponent("Fixtures").appendingPathComponent(name)
        guard let url, let data = FileManager.default.contents(atPath: url.path) else {
            throw Missing(name: name)
        }
        guard case .array(let values) = try JSONValue.parse(String(decoding: data, as: UTF8.self)) else {
            throw Missing(name: name)
        }
        return values
    }

    /// A schema of the oracle, with the documents that it judged.
    struct SchemaCase {
        var schema: JSONValue
        var valid: [String]
        var invalid: [String]
    }

    static func schemas() throws -> [SchemaCase] {
        try array("schemas.json").map {
            SchemaCase(
                schema: $0["schema"] ?? .null, valid: $0["valid"].strings, invalid: $0["invalid"].strings)
        }
    }
}

extension JSONValue? {
    var strings: [String] {
        guard case .array(let values)? = self else { return [] }
        return values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    var string: String {
        if case .string(let text)? = self { text } else { "" }
    }
}
