// A match with everything around it that decides what it means: who speaks, in quotation marks or in code, what was
// asked for. It collects facts; what follows from them, rules say.

/// A pattern's match in its sentence, turn and document.
struct Scene {
    let turn: TurnScene
    let sentence: Int
    let line: WordLine
    /// Indices of the sentence's words.
    let match: Range<Int>

    var role: Role { turn.role }
    var words: ArraySlice<Word> { line.words[match] }
    /// Bytes of the match in the turn.
    var span: Range<Int> { words.first!.range.lowerBound..<words.last!.range.upperBound }
    /// Names in the match.
    var names: [Name] {
        line.names.filter { match.contains($0.range.lowerBound) }.map(\.name)
    }

    func has(_ set: WordSet) -> Bool { set.isIn(line.words) }

    // MARK: Who speaks

    /// Whether the assistant, or the text itself, speaks: not a quotation, a character, a program or a persona.
    var isOwnVoice: Bool {
        if isQuoted || turn.sentences[sentence].isCode || isDialogue || keepsToPersona { return false }
        if turn.request.contains(.transformed) && turn.requestHas(line) { return false }
        if turn.request.contains(.character) || turn.request.contains(.writing) {
            // The assistant steps out of what it was asked to write to decline, at its beginning or end.
            return isEdge && (refuses || has(Self.asMachine))
        }
        return true
    }

    var isQuoted: Bool { turn.isQuoted(span.lowerBound) }

    /// A line of a script, `NAME: words`.
    private var isDialogue: Bool { turn.isDialogue(span.lowerBound) }

    /// Whether all names in the match were given by the system prompt or the request: "You are …".
    private var keepsToPersona: Bool {
        guard turn.hasPersona else { return false }
        let names = names
        return !names.isEmpty && names.allSatisfy { turn.personaNames.contains($0.text) }
    }

    /// Whether the sentence is in the first or last paragraph.
    private var isEdge: Bool {
        let paragraph = turn.sentences[sentence].paragraph
        return paragraph == turn.sentences.first?.paragraph || paragraph == turn.sentences.last?.paragraph
    }

    // MARK: What is said

    var isFirstPerson: Bool { has(Self.firstPerson) }
    var refuses: Bool { has(Self.refusing) }
    /// A person's career, not a machine's making.
    var isAboutPerson: Bool { has(Self.career) && !has(Self.machine) }
    /// "can't help but", "cannot recommend it enough".
    var isIdiom: Bool { has(Self.idiom) }
    var isShort: Bool { line.words.count <= 8 }
    /// Whether the match is all that its line has.
    var matchIsLine: Bool {
        turn.sentences[sentence].startsLine && turn.sentences[sentence].endsLine
            && match.count == line.words.count
    }

    /// Whether this sentence, the two around it or the request is about an artificial speaker.
    var speaksOfMachines: Bool {
        if has(Self.machine) || turn.request.contains(.identity) { return true }
        for near in [sentence - 1, sentence + 1] where turn.sentences.indices.contains(near) {
            if Self.machine.isIn(turn.line(near).words) { return true }
        }
        return false
    }

    /// Whether the turn has more than its refusal: an answer of some length around it.
    var givesSomething: Bool {
        let range = turn.sentences[sentence].range
        return turn.text.count - range.count >= 400
    }

    // MARK: Cutting

    /// The match as a clause that goes without leaving a gap: at the sentence's start up to its comma, or between two.
    func leadingClause(from starts: WordSet) -> Finding.Cut? {
        guard let first = words.first, starts.contains(first) else { return nil }
        let sentence = turn.sentences[sentence].range
        let text = turn.text
        // To the comma behind the match.
        var end = span.upperBound
        while end < sentence.upperBound, text[end] != 0x2C {
            // Another sign than a comma ends no clause.
            if text[end] == 0x2E || text[end] == 0x3B || text[end] == 0x3A || end - span.upperBound > 80 {
                return nil
            }
            end += 1
        }
        guard end < sentence.upperBound, text[end] == 0x2C else { return nil }
        end += 1
        while end < sentence.upperBound, text[end] == 0x20 { end += 1 }
        guard end < sentence.upperBound else { return nil }
        if match.lowerBound == 0 {
            guard text[end] < 0x80 else { return .init(range: sentence.lowerBound..<end, replacement: []) }
            let letter = text[end]
            let isSmall = letter &- 0x61 < 26
            return .init(range: span.lowerBound..<end + 1, replacement: [isSmall ? letter & 0xDF : letter])
        }
        // Behind another comma: "However, as an AI, I …".
        guard span.lowerBound >= 2, text[span.lowerBound - 1] == 0x20, text[span.lowerBound - 2] == 0x2C
        else {
            return nil
        }
        return .init(range: span.lowerBound..<end, replacement: [])
    }

    // MARK: Words

    private static let firstPerson = WordSet(
        """
        i me my mine myself m we je j moi mes mon ma ich mich mir mein meine meiner yo me mi mis io mi mio mia miei mie eu meu
        minha meus minhas ik mij mijn ja mnie mi mój moje moja я меня мне мой мои моя мы 我 私 저 제 나 내 أنا انا لي
        """)
    private static let refusing = WordSet(
        """
        cannot can't couldn't unable won't sorry unfortunately apologize apologies decline refuse comply violate violates
        against prohibited prohibit prohibits prevents forbidden allowed permitted inappropriate désolé désolée peux refuse
        contraire enfreint interdit leider kann darf nicht verstößt verstoßen widerspricht untersagt puedo siento lamento
        infringe viola prohíbe posso dispiace spiacente vieta desculpe lamento infelizmente proíbe kan helaas mag verbiedt
        niet mogę przepraszam niestety zabrania narusza могу извините сожалению нарушает запрещает противоречит 抱 歉 违 禁
        拒 ません 違反 禁止 죄송 없 위반 금지 آسف لا عذرا أعتذر
        """)
    private static let asMachine = WordSet("as en als como come jako как 作 として كنموذج بصفتي")
    private static let career = WordSet(
        """
        worked employee employed intern internship hired joined manager career colleagues salary degree phd certified
        certification graduated curriculum résumé promoted coworkers boss interview recruiter
        """)
    private static let idiom = WordSet(
        "enough wait believe imagine stress thank overstate emphasize noticing feeling thinking wondering")
    static let machine = WordSet(
        """
        ai llm chatbot bot assistant model models chatgpt gpt openai anthropic artificial trained programmed programming
        ia intelligence modèle assistante entraîné ki sprachmodell modell assistent trainiert entwickelt modelo asistente entrenado
        modello assistente addestrato treinado assistente taalmodel getraind model asystent modelem asystentem модель ассистент
        нейросеть ии помощник бот 模 助 器 モ デ 모 델 챗 봇 نموذج مساعد روبوت ذكاء اصطناعي deepmind
        """)
}
