// Owns turning a tool's result into text for a model that reads text only; what it leaves out, it names.

import ChatTemplates

enum MCPContent {
    /// The result's parts, one after the other.
    static func text(of result: JSONValue) -> String {
        var parts: [String] = []
        if case .array(let content)? = result["content"] { parts = content.map(part) }
        // A server that gives structured content should give it as text too; not all do.
        if parts.isEmpty, let structured = result["structuredContent"], let text = try? structured.text() {
            parts = [text]
        }
        return parts.joined(separator: "\n")
    }

    private static func part(_ part: JSONValue) -> String {
        switch part["type"] {
        case "text": string(part["text"])
        case "image": left("image", part)
        case "audio": left("audio", part)
        case "resource_link": "[resource \(string(part["name"])): \(string(part["uri"]))]"
        case "resource":
            if let resource = part["resource"] {
                resource["text"].map { string($0) } ?? left("resource \(string(resource["uri"]))", resource)
            } else {
                "[a resource without content]"
            }
        default: "[content of unknown type \(string(part["type"]))]"
        }
    }

    private static func left(_ kind: String, _ part: JSONValue) -> String {
        let encoded = string(part["data"] ?? part["blob"]).utf8.count
        return "[\(kind), \(string(part["mimeType"])), \(encoded / 4 * 3) bytes: this model reads text only]"
    }

    private static func string(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }
}
