// Owns JSON-RPC 2.0 as MCP uses it: one message, one line. Refuses to know methods.

import ChatTemplates

/// A message from or to a tool server.
enum MCPMessage: Equatable {
    /// Wants an answer with this id.
    case request(id: JSONValue, method: String, params: JSONValue?)
    case notification(method: String, params: JSONValue?)
    case result(id: JSONValue, JSONValue)
    case failure(id: JSONValue, code: Int, message: String)

    /// Reads one line; nil where it is no JSON-RPC message.
    init?(line: String) {
        guard let json = try? JSONValue.parse(line), json["jsonrpc"] == "2.0" else { return nil }
        let id = json["id"]
        switch (json["method"], id) {
        case (.string(let method)?, let id?): self = .request(id: id, method: method, params: json["params"])
        case (.string(let method)?, nil): self = .notification(method: method, params: json["params"])
        case (nil, let id?):
            if let result = json["result"] {
                self = .result(id: id, result)
            } else if let error = json["error"] {
                let code = if case .int(let code)? = error["code"] { code } else { 0 }
                let message =
                    if case .string(let text)? = error["message"] { text } else { "no reason given" }
                self = .failure(id: id, code: code, message: message)
            } else {
                return nil
            }
        default: return nil
        }
    }

    /// The message on one line.
    /// - Throws: where a value nests too deeply.
    func line() throws -> String {
        var object: JSONObject = ["jsonrpc": "2.0"]
        switch self {
        case .request(let id, let method, let params):
            object["id"] = id
            object["method"] = .string(method)
            object["params"] = params
        case .notification(let method, let params):
            object["method"] = .string(method)
            object["params"] = params
        case .result(let id, let result):
            object["id"] = id
            object["result"] = result
        case .failure(let id, let code, let message):
            object["id"] = id
            object["error"] = ["code": .int(code), "message": .string(message)]
        }
        return try JSONValue.object(object).text()
    }
}
