import DataCuration
import Testing

/// What the detector says of sentences whose meaning nobody disputes. Its precision and recall are measured on the
/// labelled set, not here.
struct ResidueDetectorTests {
    private func labels(_ answer: String, request: String = "Hello") -> [Label] {
        let document = Document(id: "1", turns: [Turn(.user, request), Turn(.assistant, answer)])
        return ResidueDetector.standard.findings(in: document).map(\.label)
    }

    @Test(arguments: [
        "I'm ChatGPT, a large language model trained by OpenAI.", "I was created by Anthropic.",
        "Je suis un modèle de langage entraîné par OpenAI.", "Ich bin ein Sprachmodell von Google.",
        "Soy ChatGPT.", "我是由百度开发的语言模型。", "저는 OpenAI에서 개발한 언어 모델입니다.",
    ])
    func foreignIdentity(_ text: String) {
        #expect(labels(text).contains(.foreignIdentity))
    }

    @Test(arguments: [
        "OpenAI released GPT-4 in March 2023.", "Claude Monet painted water lilies.",
        "He said: \"I am ChatGPT, trained by OpenAI.\"", "```\nprint(\"I am ChatGPT\")\n```",
    ])
    func topicsAndQuotationsAreNone(_ text: String) {
        #expect(
            !labels(text).contains {
                $0 == .foreignIdentity || $0 == .foreignPolicy || $0 == .genericIdentity
            })
    }

    @Test func policy() {
        #expect(labels("I'm sorry, but that goes against OpenAI's use case policy.").contains(.foreignPolicy))
    }

    @Test func aClauseIsCutAndTheRestIsASentence() throws {
        let answer = "As an AI language model, i think that it is late."
        let document = Document(id: "1", turns: [Turn(.user, "Hm?"), Turn(.assistant, answer)])
        let cut = try #require(ResidueDetector.standard.findings(in: document).first?.cut)
        var bytes = Array(answer.utf8)
        bytes.replaceSubrange(cut.range, with: cut.replacement)
        #expect(String(decoding: bytes, as: UTF8.self) == "I think that it is late.")
    }

    @Test func theUserIsNeverResidue() {
        #expect(labels("Fine.", request: "I'm ChatGPT, trained by OpenAI.").isEmpty)
    }

    /// Where the prefilter sees nothing in a record, the detector must not either.
    @Test(arguments: [
        "I'm ChatGPT.", "I\u{2019}m GPT-4 by OpenAI.", "Je suis un modèle de langage de Mistral AI.",
        "Я языковая модель, созданная Яндексом.",
    ])
    func thePrefilterSeesWhatIsFound(_ text: String) {
        #expect(!labels(text).isEmpty)
        let escaped = text.utf16.map {
            $0 < 0x80 ? String(UnicodeScalar(UInt8($0))) : "\\u" + hexadecimal($0)
        }
        for raw in [text, escaped.joined()] {
            let record = Array(#"{"value": "\#(raw)"}"#.utf8)
            let mayContain = ResidueDetector.standard.mayContain(record.span)
            #expect(mayContain)
        }
    }

    private func hexadecimal(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
