// Reads the oracles' answers. Owns no test; the suites beside it say what they prove.

import ChatTemplates
import Foundation

enum Fixture {
    struct Missing: Error { let name: String }

    static func text(_ name: String) throws -> String {
        let url = Bundle.module.resourceURL?.appendingPathComponent("Fixtures").appendingPathComponent(name)
        guard let url, let data = FileManager.default.contents(atPath: url.path) else {
            throw Missing(name: name)
        }
        return String(decoding: data, as: UTF8.self)
    }

    static func json(_ name: String) throws -> JSONValue { try JSONValue.parse(text(name)) }

    static func template(_ name: String) throws -> ChatTemplate {
        try ChatTemplate(source: text("templates/\(name).jinja"), bosToken: "<s>", eosToken: "</s>")
    }
}

extension JSONValue {
    var array: [JSONValue] { if case .array(let values) = self { values } else { [] } }
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var int: Int? { if case .int(let value) = self { value } else { nil } }
    var isTrue: Bool { self == .bool(true) }
    var dictionary: [String: JSONValue] {
        guard case .object(let object) = self else { return [:] }
        return Dictionary(object.members.map { ($0.key, $0.value) }) { $1 }
    }
}

/// What a rendering came to: its text, or its error.
enum Outcome: Equatable {
    case text(String)
    case error(ChatTemplateError)

    init(_ body: () throws(ChatTemplateError) -> RenderedPrompt) {
        do throws(ChatTemplateError) {
            self = .text(try body().text)
        } catch {
            self = .error(error)
        }
    }

    /// Whether this is what the oracle saw: the same text, or an error where it saw one. Python's stack overflow
    /// is our depth limit; no other limit may be hit.
    func agrees(with answer: JSONValue) -> Bool {
        switch self {
        case .text(let text): text == answer["expected"]?.string
        case .error(let error):
            if let message = answer["error"]?.string {
                (error.code == .limit)
                    == (message.hasPrefix("RecursionError") || message.contains("Range too big"))
            } else {
                false
            }
        }
    }
}

/// The oracles' clock: 2023-11-14 22:13:20 UTC.
let oracleDate = TemplateDate(unixSeconds: 1_700_000_000)
