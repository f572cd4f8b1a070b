// Owns the values a template computes with: Python's, as far as templates see them.
// Refuses to know syntax, filters and output; those work on this type from outside.

/// A value of a template. Everything but `Namespace` is immutable, as in jinja2's immutable sandbox.
enum Value {
    case undefined(Undefined)
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case text(Text)
    case list(Items)
    case tuple(Items)
    case dict(Dict)
    case view(View)
    case generator(Generator)
    case namespace(Namespace)
    case loop(LoopState)
    case callable(Callable)
}

/// What jinja2 gives for a missing name or item: empty when printed or iterated, an error when used further.
struct Undefined {
    /// What to say when it is used: `'foo' is undefined`.
    let message: String
    /// Set where even a look is forbidden: an attribute the sandbox hides.
    var code: ChatTemplateError.Code = .undefined

    var error: ChatTemplateError { ChatTemplateError(code, message) }
}

/// The elements of a list, and how deeply lists nest in it: comparing, printing and freeing a value all
/// recurse, so depth is bounded where values are made.
struct Items {
    static let depthLimit = 128
    let values: [Value]
    let depth: Int

    static let empty = Items(unchecked: [])

    /// - Throws: `limit` where the nesting gets too deep.
    init(_ values: [Value]) throws(ChatTemplateError) {
        self.values = values
        depth = 1 + values.reduce(0) { max($0, $1.depth) }
        if depth > Self.depthLimit {
            throw ChatTemplateError(.limit, "values are nested more than \(Self.depthLimit) levels deep")
        }
    }

    /// For scalars, which nest nothing.
    init(unchecked values: [Value]) {
        self.values = values
        depth = 1
    }
}

/// A Python dictionary: keys in the order they came, found by equality.
struct Dict {
    private(set) var entries: [(key: Value, value: Value)] = []
    private var index: [HashableValue: Int] = [:]
    private(set) var depth = 1

    var count: Int { entries.count }
    var keys: [Value] { entries.map(\.key) }
    var values: [Value] { entries.map(\.value) }

    /// - Throws: `type` where the key cannot be hashed.
    func lookup(_ key: Value) throws(ChatTemplateError) -> Value? {
        lookup(try HashableValue(key))
    }

    func lookup(_ key: Text) -> Value? { lookup(HashableValue(text: key)) }

    func lookup(_ key: HashableValue) -> Value? { index[key].map { entries[$0].value } }

    mutating func set(_ key: Value, _ value: Value) throws(ChatTemplateError) {
        let hashable = try HashableValue(key)
        depth = max(depth, 1 + max(key.depth, value.depth))
        if depth > Items.depthLimit {
            throw ChatTemplateError(.limit, "values are nested more than \(Items.depthLimit) levels deep")
        }
        if let position = index[hashable] {
            entries[position].value = value
        } else {
            index[hashable] = entries.count
            entries.append((key, value))
        }
    }
}

/// What `range`, `items()`, `keys()` and `values()` give: a sequence that is no list.
struct View {
    enum Kind: Equatable {
        case range(start: Int, stop: Int, step: Int)
        case keys, values, items
    }
    let kind: Kind
    let items: Items

    /// Whether items can be had by position.
    var isRange: Bool {
        if case .range = kind { true } else { false }
    }
}

/// What `map`, `select` and their kin give: a sequence that can be walked once.
final class Generator {
    private var items: Items
    let depth: Int

    init(_ items: Items) {
        self.items = items
        depth = items.depth
    }

    func drain() -> [Value] {
        defer { items = .empty }
        return items.values
    }
}

/// The one mutable value: `namespace(…)`, for `{% set ns.x = … %}`.
final class Namespace {
    var attributes: [String: Value] = [:]
}

/// What can be called.
indirect enum Callable {
    case macro(Macro)
    case method(receiver: Value, Method)
    case function(Function)
    case cycle(LoopState)
    case changed(LoopState)
}

extension Value {
    static func untrusted(_ string: String) -> Value { .text(Text(string, isTrusted: false)) }
    static func trusted(_ string: String) -> Value { .text(Text(string, isTrusted: true)) }

    static func undefined(_ message: String) -> Value { .undefined(Undefined(message: message)) }

    static func list(_ values: [Value]) throws(ChatTemplateError) -> Value { .list(try Items(values)) }
    static func tuple(_ values: [Value]) throws(ChatTemplateError) -> Value { .tuple(try Items(values)) }
    static func generator(_ values: [Value]) throws(ChatTemplateError) -> Value {
        .generator(Generator(try Items(values)))
    }

    /// Levels of nesting below this value.
    var depth: Int {
        switch self {
        case .list(let items), .tuple(let items): items.depth
        case .dict(let dict): dict.depth
        case .view(let view): view.items.depth
        case .generator(let generator): generator.depth
        case .loop(let loop): loop.depthOfItems
        case .callable(.method(let receiver, _)): 1 + receiver.depth
        case .callable(.cycle(let loop)), .callable(.changed(let loop)): 1 + loop.depthOfItems
        default: 0
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    /// Python's truth.
    var isTruthy: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .text(let text): !text.isEmpty
        case .list(let items), .tuple(let items): !items.values.isEmpty
        case .dict(let dict): dict.count > 0
        case .view(let view): !view.items.values.isEmpty
        case .generator, .namespace, .loop, .callable: true
        }
    }

    /// The type's name as Python and jinja2's messages spell it.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "None"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .text: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dict: "dict"
        case .view(let view): view.isRange ? "range" : "dict_\(view.kind)"
        case .generator: "generator"
        case .namespace: "Namespace"
        case .loop: "LoopContext"
        case .callable(.macro): "Macro"
        case .callable: "function"
        }
    }
}
