// GET /lab and /lab/{name}: the lab's reports, for a browser. Knows that an experiment is a folder with a report.html in
// it, and nothing of what it says.

import ChatTemplates
import FoundationEssentials
import HTTPTypes
import Hummingbird

enum LabReports {
    static let list = Endpoint(
        method: .get, path: "/lab", dialect: .openAI, summary: "The lab's reports", answerType: "text/html"
    ) { call in
        let folder = try folder(call)
        let names = try await call.onThread { Self.names(in: folder) }
        let items = names.map { name in
            "<li><a href=\"/lab/\(name.percentEncoded)\">\(Markup.escaped(name))</a></li>"
        }
        let list =
            items.isEmpty
            ? "<p>No experiment here has a report yet. <code>sirocco lab run winter-break</code> makes one.</p>"
            : "<ul>\(items.joined())</ul>"
        return page(
            """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Sirocco: the lab</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>:root{color-scheme:light dark}body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;\
            margin:3rem auto;padding:0 1rem}</style>
            <h1>The lab’s reports</h1>\(list)</html>
            """)
    }

    static let report = Endpoint(
        method: .get, path: "/lab/{name}", dialect: .openAI, summary: "One of the lab's reports",
        answerType: "text/html"
    ) { call in
        let folder = try folder(call)
        let name = call.context.parameters.get("name")?.percentDecoded ?? ""
        // Only what the list shows: no name can lead out of the folder.
        let html = try await call.onThread { () -> String? in
            guard Self.names(in: folder).contains(name) else { return nil }
            return FileManager.default.contents(atPath: Self.reportPath(folder, name))
                .map { String(decoding: $0, as: UTF8.self) }
        }
        guard let html else {
            throw APIError(
                .notFound, .notFound, code: "report_not_found",
                "there is no report '\(name.prefix(100))'; see /lab")
        }
        return page(html)
    }

    private static func folder(_ call: Call) throws -> String {
        guard let folder = call.service.settings.labFolder else {
            throw APIError(
                .notFound, .notFound, code: "no_lab",
                "this server shows no reports; start it with --lab FOLDER, or `lab: FOLDER` in its configuration"
            )
        }
        return folder
    }

    /// The experiments in `folder` that have a report, in order of their names.
    private static func names(in folder: String) -> [String] {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return entries.filter {
            !$0.hasPrefix(".") && FileManager.default.fileExists(atPath: reportPath(folder, $0))
        }
        .sorted()
    }

    private static func reportPath(_ folder: String, _ name: String) -> String {
        "\(folder)/\(name)/report.html"
    }

    /// A page that can run no script and load nothing: a report holds what models wrote.
    private static func page(_ html: String) -> Response {
        var response = Reply.text(html, type: "text/html; charset=utf-8")
        response.headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.cacheControl] = "no-cache"
        return response
    }
}
