// What all matches of a turn share: its sentences, its quotation marks, and what the turns before it asked for.

final class TurnScene {
    /// What the request wants, as far as it changes who speaks.
    struct Request: OptionSet {
        let rawValue: Int
        /// A character is to be played.
        static let character = Request(rawValue: 1)
        /// A text is to be written in which somebody speaks.
        static let writing = Request(rawValue: 2)
        /// A given text is to be translated, corrected, rewritten.
        static let transformed = Request(rawValue: 4)
        /// It asks who the assistant is.
        static let identity = Request(rawValue: 8)
    }

    let role: Role
    let text: [UInt8]
    let sentences: [Sentence]
    let request: Request
    /// Names that a system prompt or a request for a role-play gave the assistant.
    let personaNames: Set<String>
    let hasPersona: Bool
    private let requestWords: Set<WordHash>
    private let readLine: ([UInt8], Range<Int>) -> WordLine
    private var lines: [Int: WordLine] = [:]

    init(
        document: Document, turn: Int, readLine: @escaping ([UInt8], Range<Int>) -> WordLine,
        requests: RequestPatterns
    ) {
        role = document.turns[turn].role
        let text = document.turns[turn].text
        self.text = text
        sentences = SentenceSplitter.sentences(of: text.span)
        self.readLine = readLine
        var request: Request = []
        var personaNames: Set<String> = []
        var hasPersona = false
        var words: Set<WordHash> = []
        for (index, other) in document.turns[..<turn].enumerated()
        where other.role == .system || other.role == .user {
            let isLast = index == document.turns[..<turn].lastIndex { $0.role == .user }
            let line = readLine(other.text, Self.ends(of: other.text))
            let found = requests.request(line)
            // A role lasts, other wishes are the last turn's.
            if isLast { request.formUnion(found) } else { request.formUnion(found.intersection(.character)) }
            if other.role == .system || found.contains(.character) {
                hasPersona = true
                personaNames.formUnion(line.names.map(\.name.text))
            }
            if isLast {
                words = Set(line.names.map { Vocabulary.hash(of: $0.name.text) } + line.words.map(\.hash))
            }
        }
        // "You are ChatGPT" in a system prompt asks for no fiction.
        if !document.turns[..<turn].contains(where: { $0.role == .user && $0.text.count > 0 }) {
            request.remove(.character)
        }
        self.request = request
        self.personaNames = personaNames
        self.hasPersona = hasPersona
        requestWords = words
    }

    /// Long requests say what they want at their beginning or end.
    private static func ends(of text: [UInt8]) -> Range<Int> { 0..<min(text.count, 1_500) }

    func line(_ sentence: Int) -> WordLine {
        if let known = lines[sentence] { return known }
        let line = readLine(text, sentences[sentence].range)
        lines[sentence] = line
        return line
    }

    /// Whether the request speaks of the same things as a line: a text about language models to be translated.
    func requestHas(_ line: WordLine) -> Bool {
        if !line.names.isEmpty {
            return line.names.contains { requestWords.contains(Vocabulary.hash(of: $0.name.text)) }
        }
        return line.words.contains { Scene.machine.contains($0) && requestWords.contains($0.hash) }
    }

    // MARK: Quotation marks

    /// Whether a place stands in quotation marks that its paragraph opened, or in a quoted line of Markdown.
    func isQuoted(_ place: Int) -> Bool {
        var start = place
        while start > 0, !(text[start - 1] == 0x0A && (start < 2 || text[start - 2] == 0x0A)) { start -= 1 }
        var (straight, curly, other, ticks) = (false, 0, 0, false)
        var lineStart = start
        var position = start
        while position < place {
            switch text[position] {
            case 0x0A:
                lineStart = position + 1
                ticks = false
            case 0x22: straight.toggle()
            case 0x60: ticks.toggle()
            case 0xE2 where position + 2 < text.count && text[position + 1] == 0x80:
                switch text[position + 2] {
                case 0x9E: other += 1  // „
                case 0x9C: if other > 0 { other -= 1 } else { curly += 1 }  // “
                case 0x9D: if curly > 0 { curly -= 1 } else if other > 0 { other -= 1 }  // ”
                default: break
                }
            case 0xC2 where position + 1 < text.count && text[position + 1] == 0xAB: other += 1  // «
            case 0xC2 where position + 1 < text.count && text[position + 1] == 0xBB:
                other = max(0, other - 1)  // »
            case 0xE3 where position + 2 < text.count && text[position + 1] == 0x80:
                switch text[position + 2] {
                case 0x8C, 0x8E: other += 1  // 「『
                case 0x8D, 0x8F: other = max(0, other - 1)
                default: break
                }
            default: break
            }
            position += 1
        }
        while lineStart < place, text[lineStart] == 0x20 { lineStart += 1 }
        return straight || curly > 0 || other > 0 || ticks || text[lineStart] == 0x3E
    }

    /// Whether a place stands behind `Name: ` in its line: a script, a chat log.
    func isDialogue(_ place: Int) -> Bool {
        var start = place
        while start > 0, text[start - 1] != 0x0A { start -= 1 }
        while start < place, text[start] == 0x20 || text[start] == 0x2A || text[start] == 0x2D { start += 1 }
        guard let colon = text[start..<place].prefix(32).firstIndex(of: 0x3A), colon > start else {
            return false
        }
        let label = text[start..<colon]
        // A name begins with a capital or a sign beyond ASCII, and has at most three words.
        guard label.first! &- 0x41 < 26 || label.first! >= 0xC3 || label.first! == 0x5B,
            label.count(where: { $0 == 0x20 }) <= 2, colon + 1 < place
        else { return false }
        let line = readLine(text, start..<colon)
        return !line.words.isEmpty && !Self.labels.isIn(line.words)
    }

    /// What may stand before a colon without being a speaker.
    private static let labels = WordSet(
        """
        note answer response disclaimer warning important edit ps update however sorry output reply remark caution reminder
        question title subject summary conclusion step example tip hint p.s antwort hinweis réponse remarque nota respuesta
        risposta resposta antwoord odpowiedź uwaga ответ примечание 注 答 回 참고 답변 ملاحظة إجابة limitation limitations
        honesty truth fact short review description verdict abstract
        """)
}

/// Finds out what a request wants.
struct RequestPatterns {
    private var set = PatternSet()
    private var meanings: [TurnScene.Request] = []

    init(compiler: inout PatternCompiler) throws(PatternError) {
        for (meaning, sources) in Self.sources {
            for source in sources {
                set.append(try compiler.compile(source))
                meanings.append(meaning)
            }
        }
    }

    func request(_ line: WordLine) -> TurnScene.Request {
        set.matches(in: line).reduce(into: []) { $0.formUnion(meanings[$1.pattern]) }
    }

    static let sources: [(TurnScene.Request, [String])] = [
        (
            .character,
            [
                "(pretend|roleplay|role play|role-play|act as|act like|imagine you are|imagine you're|you are now|play the role|stay in character|in character|take on the role|simulate|impersonate|speak as|respond as|answer as|let's play|talk like|from now on you|you will be playing|be my|you're going to be)",
                "(fais semblant|joue le rôle|imagine que tu es|jeu de rôle|tu joues|tu es maintenant|incarne|rollenspiel|tu so|stell dir vor du bist|spiel*|du spielst|finge|haz de cuenta|juego de rol|actúa como|imagina que eres|interpreta|fai finta|gioco di ruolo|immagina di essere|fingi|comportati|finja|aja como|interprete|doe alsof|rollenspel|speel|udawaj|wciel się|zagraj|odegraj|притворись|представь что ты|сыграй|ролев*|веди себя|扮演|假装|角色扮演|你现在是|ふりをして|演じて|ロールプレイ|になりきって|役を|역할극|역할을|인 척|연기해|تظاهر|العب دور|تقمص|تخيل أنك)",
            ]
        ),
        (
            .writing,
            [
                """
                (write|create|compose|continue|draft|generate|make|give me|come up with|finish|tell me|need|want|craft|script|\
                invent) ~8 (story|stories|script|dialogue|dialog|scene|poem|song|screenplay|novel|email|e-mail|letter|speech|\
                monologue|conversation|interview|bio|biography|cover letter|lyrics|joke|fanfic|fan fiction|chapter|play|skit|\
                testimonial|fiction|sketch|diary|transcript|haiku|limerick|parody|rap|tale|flash fiction|linkedin|resume|\
                cv|toast|statement|sonnet|sci-fi|comic|panel|example|examples|sample|line|lines|message|template|post|tweet|\
                json|code|function|unit test|test|regex|dataset|system prompt|prompt|caption|meme|opening|quote)
                """,
                "(écris|écrivez|rédige|invente|raconte|compose|schreib*|verfass*|erzähl*|dicht*|escribe|escríbeme|redacta|cuéntame|inventa|scrivi*|raccont*|componi|escreva|escreve|conte|redija|schrijf|vertel|bedenk|napisz|opowiedz|ułóż|wymyśl|напиши|сочини|расскажи|придумай|составь|写|寫|编|创作|書いて|作って|考えて|써줘|써 줘|작성해|지어|اكتب|ألف|احك) ~14",
            ]
        ),
        (
            .transformed,
            [
                "(translate|translation|rephrase|paraphrase|proofread|summarize|summarise|rewrite|reword|fix the grammar|grammar|how do you say|how would you say|classify|label|analyze this sentence|correct this|correct the|edit this|shorten|simplify this|what does this mean|explain this sentence|what is wrong with)",
                "(traduis|traduire|traduisez|reformule|corrige|résume|übersetz*|korrigier*|umformulier*|fass*|traduce|traducir|corrige|resume|reformula|traduci|correggi|riassumi|traduza|corrija|resuma|vertaal|verbeter|vat|herschrijf|przetłumacz|popraw|streść|переведи|исправь|перефразируй|переведите|翻译|改写|润色|翻譯|翻訳|訳して|直して|要約|번역|고쳐|요약|ترجم|صحح|لخص)",
            ]
        ),
        (
            .identity,
            [
                "(who|what) (are|r) (you|u)",
                "who (made|created|built|trained|developed|designed|owns|is behind|programmed) you",
                "(are|r) (you|u) ~6 (@product|@ambiguous|@vendor|ai|bot|human|robot|chatbot|real|machine|person)",
                "(your|ur) (name|maker|creator|creators|developer|developers|model|knowledge|training)",
                "(which|what) ~3 (model|ai|llm|assistant|version|chatbot|language model) ~3 (you|this|i)",
                "tell me about yourself", "introduce yourself", "yourself",
                "(were|did|do|does) ~2 (you|@vendor) ~6 (made|trained|created|make|train|create|built|build|develop|developed|you)",
                "(qui es tu|qui êtes vous|t'a créé|ton nom|es tu|êtes vous|vous a créé|t'a développé|wer bist du|wer sind sie|bist du|sind sie|dein name|wer hat dich|quién eres|qué eres|eres|tu nombre|te creó|te hizo|chi sei|come ti chiami|sei|ti ha creato|quem é você|você é|seu nome|te criou|quem te|és|wie ben je|ben je|ben jij|wie heeft je|je naam|wie bent u|kim jesteś|czy jesteś|jak masz na imię|cię stworzył|кто ты|ты кто|кто вы|тебя создал|как тебя зовут|тебя|你是|谁|誰|你叫|あなたは|お名前|誰が|개발|누구|너는|당신|이름|من أنت|هل أنت|ما اسمك|من صنعك|من طورك|أنت)",
            ]
        ),
    ]
}
