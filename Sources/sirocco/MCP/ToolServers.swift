// Owns the tools of all servers of a session, and which server each belongs to. Refuses to ask the user.

package import ChatTemplates

/// The tool servers of a session.
package actor ToolServers {
    private struct Entry {
        let definition: ToolDefinition
        let client: MCPClient
        /// What the server calls the tool; the model may know it by another name.
        let name: String
    }

    private let clients: [MCPClient]
    private var entries: [Entry] = []

    /// Starts the servers, one for each command line.
    /// - Parameters:
    ///   - log: gets what servers say on the side.
    ///   - note: gets what the user should know, such as a tool that cannot be used.
    package static func start(
        _ commands: [String], version: String, log: @escaping @Sendable (String) -> Void,
        note: @escaping @Sendable (String) -> Void
    ) async throws -> ToolServers {
        var clients: [MCPClient] = []
        do {
            for command in commands {
                clients.append(try await MCPClient.start(command, version: version, log: log))
            }
            let servers = ToolServers(clients)
            try await servers.refresh(note)
            return servers
        } catch {
            for client in clients { await client.stop() }
            throw error
        }
    }

    private init(_ clients: [MCPClient]) { self.clients = clients }

    /// What to offer the model; asks servers anew whose lists have changed.
    package func definitions(note: @Sendable (String) -> Void) async -> [ToolDefinition] {
        for client in clients where await client.toolsHaveChanged {
            do { try await refresh(note) } catch { note("\(error)") }
            break
        }
        return entries.map(\.definition)
    }

    /// Each tool with its server, for people.
    package func descriptions() async -> [(server: String, tool: ToolDefinition)] {
        var list: [(server: String, tool: ToolDefinition)] = []
        for entry in entries { list.append((await entry.client.name, entry.definition)) }
        return list
    }

    /// What a call comes to, for the model: also where the server failed, since the model may find another way.
    /// - Throws: only `CancellationError`.
    package func call(_ name: String, _ arguments: JSONValue) async throws(CancellationError) -> String {
        guard let entry = entries.first(where: { $0.definition.name == name }) else {
            return "Error: there is no tool '\(name)'."
        }
        do {
            let result = try await entry.client.call(entry.name, arguments)
            return result.isError ? "Error: \(result.text)" : result.text
        } catch is CancellationError { throw CancellationError() } catch { return "Error: \(error)" }
    }

    package func stop() async {
        for client in clients { await client.stop() }
    }

    private func refresh(_ note: @Sendable (String) -> Void) async throws {
        var found: [Entry] = []
        for client in clients {
            let server = await client.name
            for tool in try await client.tools() {
                let name = Self.name(for: tool.name, besides: Set(found.map(\.definition.name)))
                do {
                    let definition = try ToolDefinition(
                        name: name, description: tool.description, parameters: tool.inputSchema,
                        at: "tool '\(tool.name)'")
                    found.append(Entry(definition: definition, client: client, name: tool.name))
                } catch { note("tool server \(server): \(error); the tool is left out") }
            }
        }
        entries = found
    }

    /// MCP lets a tool have any name; models and OpenAI's API know letters, digits, `_` and `-`, and one of a name.
    private static func name(for tool: String, besides taken: Set<String>) -> String {
        let allowed = tool.unicodeScalars.map { scalar -> Character in
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain || scalar == "_" || scalar == "-" ? Character(scalar) : "_"
        }
        let base = allowed.isEmpty ? "tool" : String(allowed.prefix(60))
        guard taken.contains(base) else { return base }
        var number = 2
        while taken.contains("\(base)_\(number)") { number += 1 }
        return "\(base)_\(number)"
    }
}
