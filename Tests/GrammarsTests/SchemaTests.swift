// Owns tables of single keywords, and of the errors that name what cannot be held to. Knows no oracle.

import ChatTemplates
import Grammars
import Testing

@Suite("A JSON Schema")
struct SchemaTests {
    static let cases = [
        Case("true", yes: ["1", "{}", "\"x\""], no: ["", "x"]),
        Case(
            #"{"type":"object","properties":{"a":true}}"#,
            yes: ["{}", #"{"a":1}"#, #"{"a":1,"b":2}"#, #"{"b":2}"#],
            no: [#"{"b":2,"a":1}"#, #"{"a":1,"a":2}"#, #"{"b":1,"\u0061":2}"#]),
        Case(
            #"{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"null"}},"required":["b"],"additionalProperties":false}"#,
            yes: [#"{"b":null}"#, #"{"a":1, "b":null}"#, "{\n  \"a\": 1,\n  \"b\": null\n}"],
            no: ["{}", #"{"a":1}"#, #"{"b":null,"a":1}"#, #"{"b":null,}"#, #"{"b":null,"c":1}"#]),
        Case(
            #"{"type":"object","additionalProperties":{"type":"boolean"}}"#,
            yes: ["{}", #"{"x":true,"y":false}"#], no: [#"{"x":1}"#]),
        Case(
            #"{"type":"object","required":["x"],"additionalProperties":false}"#.replacing(
                ",\"additionalProperties\":false", with: ""), yes: [#"{"x":1}"#, #"{"x":1,"y":2}"#],
            no: ["{}", #"{"y":2}"#]),
        Case(#"{"properties":{"a":{"type":"null"}}}"#, yes: ["1", "[]", #"{"a":null}"#], no: [#"{"a":1}"#]),
        Case(
            #"{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":2}"#,
            yes: ["[1]", "[1, 2]"], no: ["[]", "[1,2,3]", "[null]"]),
        Case(
            #"{"type":"array","prefixItems":[{"type":"null"},{"type":"boolean"}],"items":false}"#,
            yes: ["[]", "[null]", "[null,true]"], no: ["[true]", "[null,true,1]"]),
        Case(
            #"{"type":"array","prefixItems":[{"type":"null"}],"items":{"type":"integer"},"minItems":3}"#,
            yes: ["[null,1,2]", "[null,1,2,3]"], no: ["[null,1]", "[1,2,3]", "[null,null,1]"]),
        Case(
            #"{"type":"array","minItems":150,"items":{"const":1}}"#,
            yes: ["[" + Array(repeating: "1", count: 151).joined(separator: ",") + "]"],
            no: ["[" + Array(repeating: "1", count: 149).joined(separator: ",") + "]"]),
        Case(
            #"{"enum":["a","ab","b",1,null,[1,{"x":"y"}]]}"#,
            yes: [#""a""#, #""ab""#, "1", "null", #"[1, {"x": "y"}]"#], no: [#""""#, #""abb""#, "2", "[1]"]),
        Case(
            #"{"enum":["red","green",3],"type":"string","pattern":"^r"}"#, yes: [#""red""#],
            no: [#""green""#, "3"]),
        Case(#"{"const":"tab\t\"q\"\u0001é"}"#, yes: [#""tab\t\"q\"\u0001é""#], no: [#""tab""#]),
        Case(
            #"{"type":"string","minLength":1,"maxLength":2}"#,
            yes: [#""é""#, #""😀a""#, #""\n\"""#, #""\ud83d\ude00x""#],
            no: [#""""#, #""abc""#, #""\ud83d\ude00xy""#]),
        Case(
            #"{"type":"string","maxLength":300}"#, yes: ["\"" + String(repeating: "é", count: 300) + "\""],
            no: ["\"" + String(repeating: "é", count: 301) + "\""]),
        Case(
            #"{"type":"string","pattern":"^a[\"\\\\\n]b$"}"#, yes: [#""a\"b""#, #""a\\b""#, #""a\nb""#],
            no: [#""ab""#, #""a\tb""#]),
        Case(
            #"{"type":"string","pattern":"b"}"#, yes: [#""b""#, #""abc""#, #""\u0001b\t""#, #""\u001Fb""#],
            no: [#""""#, #""ac""#]),
        Case(
            #"{"type":"string","pattern":"^[a-z]+$","minLength":3,"maxLength":4}"#,
            yes: [#""abc""#, #""abcd""#], no: [#""ab""#, #""abcde""#, #""ABC""#]),
        Case(
            #"{"type":"integer","minimum":-3,"maximum":12}"#, yes: ["-3", "0", "7", "12"],
            no: ["-4", "13", "-0", "1.0", "07", "100"]),
        Case(
            #"{"type":"integer","exclusiveMinimum":9,"exclusiveMaximum":1001}"#, yes: ["10", "99", "1000"],
            no: ["9", "1001", "1002"]),
        Case(#"{"type":"integer","minimum":1.5,"maximum":3.5}"#, yes: ["2", "3"], no: ["1", "4"]),
        Case(
            #"{"type":"integer","multipleOf":7,"minimum":-20}"#, yes: ["-14", "0", "7", "7000"],
            no: ["1", "-21", "8"]),
        Case(
            #"{"type":"number","minimum":0.1,"exclusiveMaximum":2}"#,
            yes: ["0.1", "0.10", "1", "1.999", "0.5"], no: ["0", "0.09", "2", "2.0", "-1", "1e0", "0.099999"]),
        Case(
            #"{"type":"number","maximum":-1e3}"#, yes: ["-1000", "-1000.5", "-99999"],
            no: ["-999.9", "0", "1000"]),
        Case(
            #"{"type":"number","minimum":1e-7,"maximum":2e-7}"#, yes: ["0.0000001", "0.00000015"],
            no: ["0", "0.0000003"]),
        Case(#"{"type":["string","null"]}"#, yes: ["null", #""x""#], no: ["1"]),
        Case(
            #"{"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]}"#, yes: ["12", #""a""#],
            no: ["true", #""ab""#]),
        Case(
            #"{"type":"object","properties":{"k":{"type":"string"}},"required":["k"],"anyOf":[{"properties":{"k":{"const":"a"}}},{"required":["z"]}]}"#,
            yes: [#"{"k":"a"}"#, #"{"k":"b","z":1}"#], no: [#"{"k":"b"}"#]),
        Case(
            #"{"oneOf":[{"properties":{"t":{"const":"a"},"x":{"type":"integer"}},"required":["t","x"],"type":"object"},{"type":"object","properties":{"t":{"const":"b"}},"required":["t"]}]}"#,
            yes: [#"{"t":"a","x":1}"#, #"{"t":"b"}"#], no: [#"{"t":"a"}"#, #"{"t":"c"}"#]),
        Case(
            #"{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"type":"object","properties":{"b":{"type":"null"},"a":{"maximum":3}}}]}"#,
            yes: [#"{"a":3}"#, #"{"a":3,"b":null}"#], no: [#"{"a":4}"#, "{}", "1"]),
        Case(
            ##"{"$defs":{"n":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}},"$ref":"#/$defs/n"}"##,
            yes: [#"{"v":1,"next":null}"#, #"{"v":1,"next":{"v":2,"next":null}}"#],
            no: [#"{"v":1}"#, #"{"v":1,"next":{}}"#]),
        Case(##"{"anyOf":[{"$ref":"#"},{"type":"null"}]}"##, yes: ["null"], no: ["1", ""]),
        Case(
            ##"{"definitions":{"a/b":{"type":"null"},"m~n":{"$ref":"#/definitions/a~1b"}},"$ref":"#/definitions/m~0n"}"##,
            yes: ["null"], no: ["1"]),
        Case(
            #"{"type":"string","format":"date"}"#, yes: [#""2024-02-29""#],
            no: [#""2023-02-29""#, #""1900-02-29""#, #""2024-13-01""#, #""0000-01-01""#]),
        Case(
            #"{"title":"t","description":"d","default":1,"examples":[],"$comment":"c","deprecated":true,"type":"null"}"#,
            yes: ["null"], no: ["1"]),
    ]

    @Test("accepts and refuses", arguments: cases)
    func acceptance(_ test: Case) throws { test.check(try .schema(test.source)) }

    @Test(
        "names every keyword that it could not hold a document to, with its JSON pointer",
        arguments: [
            (#"{"type":"array","uniqueItems":true}"#, GrammarError.Code.unsupported, "#/uniqueItems"),
            (#"{"properties":{"a/b":{"not":{}}}}"#, .unsupported, "#/properties/a~1b/not"),
            (#"{"nullable":true}"#, .unsupported, "#/nullable"),
            (#"{"frobnicate":1}"#, .unsupported, "#/frobnicate"),
            (#"{"items":{"if":true}}"#, .unsupported, "#/items/if"),
            (#"{"format":"iban"}"#, .unsupported, "#/format"),
            (#"{"type":"number","multipleOf":0.01}"#, .unsupported, "#/multipleOf"),
            (#"{"oneOf":[{"type":"integer"},{"minimum":3}]}"#, .unsupported, "#/oneOf"),
            (#"{"pattern":"(a)\\1"}"#, .unsupported, "#/pattern"),
            (#"{"pattern":"("}"#, .syntax, "#/pattern"),
            (##"{"$ref":"#/nope"}"##, .undefined, "#/$ref"),
            (#"{"$ref":"other.json"}"#, .unsupported, "#/$ref"),
            (#"{"type":"strin"}"#, .invalidSchema, "#/type"), (#"{"type":3}"#, .invalidSchema, "#/type"),
            (#"{"minItems":-1}"#, .invalidSchema, "#/minItems"),
            (#"{"exclusiveMinimum":true}"#, .invalidSchema, "#/exclusiveMinimum"),
            (#"{"items":[{}]}"#, .invalidSchema, "#/items"),
            (#"{"required":"a"}"#, .invalidSchema, "#/required"),
            (#"{"properties":[]}"#, .invalidSchema, "#/properties"),
            (#"{"anyOf":[]}"#, .invalidSchema, "#/anyOf"),
            (#"{"enum":{}}"#, .invalidSchema, "#/enum"), ("3", .invalidSchema, "#"),
            (#"{"maxLength":1e9}"#, .limit, "#/maxLength"),
            (##"{"$ref":"#"}"##, .matchesNothing, "#"), ("false", .matchesNothing, "#"),
            (#"{"enum":[]}"#, .matchesNothing, "#"),
            (
                ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"allOf":[{"$ref":"#/$defs/a"}]}},"$ref":"#/$defs/a"}"##,
                .matchesNothing, "#/$defs/a"
            ),
            (
                ##"{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}"##,
                .matchesNothing, "#"
            ),
            (#"{"type":"integer","minimum":3,"maximum":2}"#, .matchesNothing, "#"),
            (#"{"$schema":"http://localhost/mine"}"#, .unsupported, "#/$schema"),
            (#"{"properties":{"a":{"$id":"b"}}}"#, .unsupported, "#/properties/a/$id"),
        ])
    func errors(_ schema: String, _ code: GrammarError.Code, _ pointer: String) {
        let error = errorOf { try .schema(schema) }
        #expect(error?.code == code, "\(error.map(String.init(describing:)) ?? "compiled")")
        #expect(error?.place == .pointer(pointer))
        #expect((error?.description.count ?? 0) < 300)
    }

    @Test("keys that differ only in how their accents are composed are two keys")
    func normalisation() throws {
        let grammar = try Grammar.schema(
            "{\"type\":\"object\",\"properties\":{\"\u{E9}\":{\"type\":\"null\"}}}")
        #expect(grammar.accepts("{\"\u{E9}\":null}"))
        #expect(!grammar.accepts("{\"\u{E9}\":1}"))
        #expect(grammar.accepts("{\"e\u{301}\":1}"))
    }
}
