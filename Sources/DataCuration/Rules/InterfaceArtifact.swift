// What a web page left in the text.

enum InterfaceArtifact: Rule {
    static let name = "interface-artifact"
    static let version = 1

    /// A button is a line of its own, or stands at a text's edge; in a sentence it is a word.
    static func judge(_ scene: Scene) -> Label? {
        guard scene.isShort || scene.matchIsLine else { return nil }
        return scene.role == .user || scene.isQuoted ? .mention : .interfaceArtifact
    }

    static let patterns: [(language: String, sources: [String])] = [
        (
            "mul",
            [
                "^ +(copy code|regenerate response|regenerate|stop generating|share prompt|sharegpt|share conversation|share this conversation|continue generating|new chat|try again|send a message|upgrade to plus|read aloud|bad response|good response|show drafts|view other drafts|copied|model default|edit message|save submit|reset thread|clear conversations|scroll to bottom|copy to clipboard|thumbs up|thumbs down|was this response better or worse|view more drafts) ~4 $",
                "+(copy code|regenerate response|stop generating|share prompt|continue generating|sharegpt.com|chat.openai.com|send a message|free research preview|upgrade to plus|view other drafts|copy to clipboard) !(button|to)",
                "(@product|@ambiguous|@vendor) ~2 +(can make mistakes|may produce inaccurate|may display inaccurate|may make mistakes|can be inaccurate|peut faire des erreurs|kann fehler machen|puede cometer errores|può commettere errori|pode cometer erros|kan fouten maken|może popełniać błędy)",
                "+(consider checking important|check important info|double-check its responses|verify important)",
                "^ model , ~4 (@product)",
                "^ (@product) said $",
                "^ +(régénérer la réponse|copier le code|partager|antwort neu generieren|code kopieren|kopieren|regenerar respuesta|copiar código|copiar|rigenera risposta|copia codice|regenerar resposta|opnieuw genereren|code kopiëren|wygeneruj ponownie|kopiuj kod|kopiuj|сгенерировать заново|копировать код|копировать|скопировать|скопировать код|скопировать|重新生成|复制代码|复制|分享|回答を再生成|コードをコピー|コピーする|再生成|응답 다시 생성|코드 복사|다시 생성|복사|إعادة إنشاء الرد|نسخ الكود|نسخ الرمز|نسخ|إعادة التوليد|إعادة توليد) ~6 $",
                "+(regenerate response|régénérer la réponse|antwort neu generieren|antwort regenerieren|regenerar respuesta|copiar código|rigenera risposta|copia codice|regenerar resposta|opnieuw genereren|wygeneruj ponownie|wygeneruj odpowiedź ponownie|kopiuj kod|сгенерировать заново|копировать код|скопировать код|重新生成|复制代码|回答を再生成|コードをコピー|응답 다시 생성|코드 복사|إعادة إنشاء|نسخ الكود|نسخ الرمز)",
            ]
        )
    ]
}
