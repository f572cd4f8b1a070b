// Fixtures of this module, decoded.

import ChatTemplates
import Foundation
import ModelFiles
import Models
import Tensors
import Testing

enum Fixture {
    /// A JSON file of this module's Fixtures folder.
    static func json<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        let folder = try #require(Bundle.module.resourcePath)
        return try JSONDecoder().decode(
            type, from: Data(contentsOf: URL(filePath: "\(folder)/Fixtures/\(name)")))
    }

    /// A file of another module's fixtures: those of the tokenizers and templates are too large to have twice.
    static func file(_ path: String, here: String = #filePath) throws -> Data {
        try Data(contentsOf: URL(filePath: here).appending(path: "../../\(path)").standardized)
    }
}

/// A message as fixtures have it.
struct FixtureMessage: Decodable {
    var role: String
    var content: String?

    var message: ChatMessage { ChatMessage(role: Role(rawValue: role), content: content ?? "") }
}

extension Fixture {
    /// A model without a tokenizer, of another module's fixtures.
    static func model(_ path: String, here: String = #filePath) throws -> any LanguageModel {
        let folder = URL(filePath: here).appending(path: "../../\(path)").standardized
        return try ModelRegistry.load(ModelSource.open(folder.path), instructionSet: .best)
    }
}
