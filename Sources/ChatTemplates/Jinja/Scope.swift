// Owns what names mean while a template runs: nested scopes, macros with the scope they close over, and the
// state of a loop. Refuses to know how bodies are executed.

/// One level of names. Assignment writes to the innermost level; lookup walks outwards.
final class Scope {
    private var names: [String: Value] = [:]
    private let parent: Scope?

    init(parent: Scope?) { self.parent = parent }

    func lookup(_ name: String) -> Value? {
        var scope: Scope? = self
        while let current = scope {
            if let value = current.names[name] { return value }
            scope = current.parent
        }
        return nil
    }

    func set(_ name: String, _ value: Value) { names[name] = value }

    /// Drops what the scope holds; ends the cycle between a macro and the scope it is defined in.
    func clear() { names = [:] }
}

/// A macro's definition together with the scope its body sees.
final class Macro {
    let definition: MacroDefinition
    let scope: Scope

    init(definition: MacroDefinition, scope: Scope) {
        self.definition = definition
        self.scope = scope
    }
}

/// The `loop` variable inside a `for`.
final class LoopState {
    let items: [Value]
    let depthOfItems: Int
    /// How many loops of the same recursive `for` are around this one.
    let recursionDepth: Int
    /// What a call of `loop(…)` runs again; nil unless the loop is marked `recursive`.
    let recursion: (definition: ForLoop, scope: Scope)?
    var index = 0
    private var lastChanged: [Value]?

    init(
        items: [Value], depthOfItems: Int, recursionDepth: Int,
        recursion: (definition: ForLoop, scope: Scope)?
    ) {
        self.items = items
        self.depthOfItems = depthOfItems
        self.recursionDepth = recursionDepth
        self.recursion = recursion
    }

    func attribute(_ name: String) -> Value? {
        switch name {
        case "index": .int(index + 1)
        case "index0": .int(index)
        case "revindex": .int(items.count - index)
        case "revindex0": .int(items.count - index - 1)
        case "first": .bool(index == 0)
        case "last": .bool(index == items.count - 1)
        case "length": .int(items.count)
        case "depth": .int(recursionDepth + 1)
        case "depth0": .int(recursionDepth)
        case "previtem": index > 0 ? items[index - 1] : .undefined("there is no previous item")
        case "nextitem":
            index + 1 < items.count ? items[index + 1] : .undefined("there is no next item")
        case "cycle": .callable(.cycle(self))
        case "changed": .callable(.changed(self))
        default: nil
        }
    }

    /// Whether the values differ from those of the last call: `loop.changed(…)`.
    func changed(_ values: [Value]) -> Bool {
        defer { lastChanged = values }
        guard let lastChanged, lastChanged.count == values.count else { return true }
        return !zip(lastChanged, values).allSatisfy { $0.equals($1) }
    }
}
