// Which language an answer is in: sentences as people say them, other scripts, and what must not be counted.

import Foundation
import Lab
import Testing

struct LanguageMetricTests {
    private func measure(_ answer: String, in language: String?) -> Lab.Measurement {
        Metrics.named("language")!.measure(
            Sample(
                prompt: Prompt(id: "p", text: "q", language: language), question: "q", answer: answer,
                finish: .stop,
                tokens: 4))
    }

    @Test(
        "everyday sentences are in their own language and in no other",
        arguments: [
            (
                "en",
                [
                    "Where did you put my keys?", "It's raining again, take your coat.",
                    "I'd love a cup of tea.",
                ]
            ),
            (
                "fr",
                [
                    "Tu as vu mes clés ?", "Il pleut encore, prends ton manteau.",
                    "On se retrouve devant la gare.",
                ]
            ),
            (
                "de",
                [
                    "Wo hast du meine Schlüssel hingelegt?", "Es regnet schon wieder.",
                    "Wir treffen uns am Bahnhof.",
                ]
            ),
            (
                "es",
                [
                    "¿Dónde has puesto mis llaves?", "Está lloviendo otra vez.",
                    "Nos vemos delante de la estación.",
                ]
            ),
            (
                "it",
                [
                    "Dove hai messo le mie chiavi?", "Sta piovendo di nuovo.",
                    "Ci vediamo davanti alla stazione.",
                ]
            ),
            (
                "pt",
                [
                    "Onde você colocou as minhas chaves?", "Está chovendo de novo.",
                    "A gente se vê na estação.",
                ]
            ),
            (
                "nl",
                [
                    "Waar heb je mijn sleutels gelaten?", "Het regent alweer.",
                    "We zien elkaar voor het station.",
                ]
            ),
        ])
    func everyday(language: String, sentences: [String]) {
        for sentence in sentences {
            for other in ["en", "fr", "de", "es", "it", "pt", "nl", "ru"] {
                #expect(
                    measure(sentence, in: other).value == (other == language ? 1 : 0), "\(sentence) \(other)")
            }
        }
    }

    @Test(
        "other scripts are told by their letters",
        arguments: [
            ("ru", "Сегодня идёт дождь."), ("el", "Σήμερα βρέχει πολύ."), ("ja", "今日は雨が降っています。"),
            ("zh", "今天又下雨了，带上你的外套。"), ("ko", "오늘은 비가 와요."), ("ar", "إنها تمطر اليوم بغزارة"),
            ("he", "היום יורד הרבה גשם"), ("hi", "आज बहुत बारिश हो रही है"), ("th", "วันนี้ฝนตกหนักมาก"),
        ])
    func scripts(language: String, answer: String) {
        #expect(measure(answer, in: language).value == 1)
        #expect(measure(answer, in: "en").value == 0)
        #expect(measure("It is raining a lot today.", in: language).value == 0)
    }

    @Test("code and quotations do not decide")
    func code() {
        let code =
            "```python\nprint('where are the keys that you had with you')\nfor word in words: show(word)\n```"
        #expect(measure("Voici une boucle qui affiche les mots :\n\n\(code)\n", in: "fr").value == 1)
        #expect(measure("Auf Englisch heißt das “where have all the flowers gone”.", in: "de").value == 1)
        #expect(measure("“Where have all the flowers gone?”", in: "en").value == 1)
    }

    @Test("accents count the same in either form, and regions do not matter")
    func forms() {
        let text = "L’été était très agréable à la mer."
        #expect(measure(text, in: "fr-CA") == measure(text.decomposedStringWithCanonicalMapping, in: "fr-CA"))
        #expect(measure("Está chovendo de novo hoje.", in: "pt-BR").value == 1)
    }

    @Test("nothing is said without a language, of too few letters, and of languages without a profile")
    func silence() {
        #expect(measure("It is raining a lot today.", in: nil).value == nil)
        #expect(measure("12 × 8 = 96", in: "en").value == nil)
        #expect(measure("Dzisiaj znowu pada deszcz.", in: "pl") == .init(nil, finding: "no profile of “pl”"))
    }

    @Test("questions of the labelled answers, of 20 letters or more, are in the language of their label")
    func labelled() throws {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/labels")
        var right = 0.0
        var all = 0.0
        for name in ["refusal-development", "refusal-held-out", "laziness-development", "laziness-held-out"] {
            let text = try String(contentsOf: folder.appending(path: "\(name).jsonl"), encoding: .utf8)
            for line in text.split(separator: "\n") {
                let row = try JSONDecoder().decode(Labelled.self, from: Data(line.utf8))
                guard row.question.count(where: \.isLetter) >= 20 else { continue }
                guard let value = measure(row.question, in: row.language).value else { continue }
                all += 1
                right += value
            }
        }
        #expect(all > 100)
        #expect(right / all > 0.97, "\(right) of \(all)")
    }
}

private struct Labelled: Decodable {
    var language: String
    var question: String
}
