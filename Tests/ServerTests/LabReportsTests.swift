// The lab's reports in a browser.

import Foundation
import Server
import SystemPackage
import TestSupport
import Testing

@Suite("The lab's reports")
struct LabReportsTests {
    @Test("are listed and shown, and nothing else of the folder is")
    func reports() async throws {
        let folder = try TemporaryFolder()
        let root = folder.path.string
        for (name, file) in [
            ("winter-break", "report.html"), ("a & <b>", "report.html"), ("unfinished", "rows.jsonl"),
            (".hidden", "report.html"),
        ] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(name)", withIntermediateDirectories: true)
            try Data("<p>report of \(name.first!)</p>".utf8).write(
                to: URL(filePath: "\(root)/\(name)/\(file)"))
        }
        try Data("secret".utf8).write(to: URL(filePath: "\(root)/report.html"))
        var settings = TestServer.settings
        settings.labFolder = root
        try await withServer(settings) { server in
            let list = try await server.get("/lab")
            #expect(list.status == 200)
            #expect(list.headers["content-type"] == "text/html; charset=utf-8")
            #expect(list.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(list.text.contains("<a href=\"/lab/winter-break\">winter-break</a>"))
            #expect(list.text.contains("<a href=\"/lab/a%20%26%20%3Cb%3E\">a &amp; &lt;b&gt;</a>"))
            for absent in ["unfinished", "hidden", "<b>"] { #expect(!list.text.contains(absent)) }

            #expect(try await server.get("/lab/winter-break").text == "<p>report of w</p>")
            #expect(try await server.get("/lab/a%20%26%20%3Cb%3E").text == "<p>report of a</p>")
            for wrong in [
                "unfinished", ".hidden", "%2E%2E", "..%2F.", ".", "winter-break%2F..", "%00", "nowhere",
            ] {
                let answer = try await server.get("/lab/\(wrong)")
                #expect(answer.status == 404, "\(wrong)")
                #expect(!answer.text.contains("secret"))
            }
        }
    }

    @Test("are nowhere without a folder, and the error says how to name one")
    func noFolder() async throws {
        try await withServer { server in
            let answer = try await server.get("/lab")
            #expect(answer.status == 404)
            #expect(answer.text.contains("--lab FOLDER"))
        }
    }
}
