// An assistant that declines: all of a request, or a part of it. That a machine is not able to is `Capability`'s matter.

enum Refusal: Rule {
    static let name = "refusal"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        if scene.role == .text, !scene.speaksOfMachines { return nil }
        // "I can't recommend it enough", "I cannot help but smile": everyday words.
        if scene.isAboutPerson || scene.isIdiom { return .mention }
        guard own else { return .quoteOrFiction }
        return scene.givesSomething ? .partialRefusal : .fullRefusal
    }

    static let macros: [String: String] = [
        "doing": """
        help|assist|provide|fulfill|fulfil|comply|write|generate|create|support|engage|participate|discuss|give|offer|\
        answer|share|do that|do this|complete|produce|condone|encourage|promote|endorse|proceed|continue|facilitate|advise|\
        recommend|respond|make|tell you how|tell|teach|explain how|go along|be part|contribute|accommodate|go into|speculate|\
        entertain|process|carry out|draft|honor|walk you|include|translate|pretend|roleplay|role play|describe|say|\
        use|repeat|show you|guide you|instruct|list|supply|suggest|comment on|take part|reveal|disclose|diagnose|\
        prescribe|copy|reproduce|go there|cross|get into|supply|get involved|agree to|speak as|act as
        """,
        "wrong": """
        inappropriate|harmful|illegal|unethical|offensive|dangerous|immoral|discriminatory|hateful|unsafe|explicit|violent|\
        derogatory|disrespectful|misleading|malicious|abusive|racist|sexist|defamatory|hurtful|fraudulent|unlawful|\
        against the law|nonconsensual|exploitative|sexually explicit|copyrighted
        """,
    ]

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                """
                (sorry|unfortunately|apologize|apologise|apologies|afraid|regret|respectfully) ~5 +(i ({cannot})) ~5 ({doing})
                """,
                """
                +(i (cannot|can't|won't|will not|am unable to|'m unable to|am not able to|'m not able to|am not comfortable|\
                'm not comfortable|must decline|have to decline|need to decline|decline to|refuse to|am not going to|\
                'm not going to|would rather not|'d rather not|must respectfully decline|am not willing|'m not willing|\
                will have to decline|'ll have to decline|'ll have to pass|'ll pass on|must refuse|am not allowed|\
                'm not allowed|am not permitted|'m not permitted|don't feel comfortable|do not feel comfortable|\
                shouldn't|should not|am prohibited|am not authorized)) ~4 ({doing}) ~14 \
                (with that|with this|that request|this request|your request|such|{wrong}|this type|that kind|this kind|any|\
                content|instructions|advice|information on|information about|you with|requests|that|this|it|hate|weapon|\
                someone|people|anyone|illegal|diagnosis|dose|dosage)
                """,
                "i +(must decline|have to decline|need to decline|respectfully decline|must refuse|will have to decline|'ll have to decline|politely decline|have to pass|must respectfully decline|refuse to|'m declining|'m going to decline|'d prefer not to|would prefer not to)",
                "+(not appropriate|not ethical|inappropriate|unethical|not acceptable|never acceptable|never okay|not okay) ~3 to ~6 (request|generate|create|write|ask|provide|make|promote|use|engage|harm|share|discuss)",
                "+(can't help with|cannot help with|can't assist|cannot assist|unable to assist|unable to help|can't do that|won't do that|can't fulfill|cannot fulfill|unable to fulfill|cannot comply|can't comply|cannot provide|won't provide|can't provide|unable to provide|cannot support|can't support|cannot condone|can't condone|cannot generate|can't generate|cannot create|cannot write|won't write|can't write|cannot engage|can't engage|won't help|will not help) ~5",
                "(goes|go|is|it's|would be|that's|be) +(against my) (programming|principles|values|ethics|nature|core)",
                "+(my (programming|ethical guidelines|ethics|guidelines|values|principles)) ~3 (prevents|prevent|prohibit|prohibits|don't allow|do not allow|doesn't allow|does not allow|forbid|forbids|require)",
                "i'm +(not comfortable|not willing|not allowed|not permitted|not going to|not at liberty)",
                "(that's|this is|it's) +(not something i can|not something i'm able|not something i am|something i can't|something i cannot|something i won't|a line i|not something i will)",
                "+(please refrain from|please do not ask|let's talk about something else|let's change the topic|let's keep this|let's keep things)",
                "(sorry|apologies) , ~2 +(no can do|not happening|that's a no|can't do|i'd rather|i'll have to)",
                "+((this|your) (request|topic|question|prompt)) ~2 (is|appears|seems|may be) ~3 ({wrong})",
            ]
        ),
        (
            "fr",
            [
                "(je ne peux|je ne suis pas en mesure|je ne saurais|je refuse|je dois refuser|je ne souhaite|je dois décliner|je préfère ne pas|je ne vais pas|il m'est impossible|je me dois de refuser|je ne pourrai|m'est interdit) ~4 +(aider|fournir|répondre|écrire|générer|donner|créer|participer|satisfaire|rédiger|assister|accéder à votre demande|cautionner|vous aider|produire|encourager|traiter|expliquer|proposer|conseiller|prescrire|divulguer|poser|promouvoir|soutenir|partager|vous|t'aider|indiquer)",
                "(désolé|désolée|navré|regret*|excuse*) ~10 +(ne peux|refuse|impossible|décliner|pas possible|pas en mesure)",
                "je +(refuse|décline|dois refuser|dois décliner|préfère ne pas)",
            ]
        ),
        (
            "de",
            [
                "(ich) ~3 (kann|darf|werde|möchte|muss) ~8 +(nicht helfen|nicht weiterhelfen|nicht unterstützen|nicht bereitstellen|nicht erfüllen|nicht beantworten|nicht nachkommen|ablehnen|nicht schreiben|nicht geben|nicht erstellen|nicht mitmachen|keine anleitung|nicht behilflich|nicht entsprechen|keine hilfe|nicht anbieten|nicht generieren|nicht liefern|nicht formulieren|nicht verfassen)",
                "+(leider kann ich|dabei kann ich|das kann ich|damit kann ich|hierbei kann ich|da kann ich|da möchte ich|das möchte ich|hier muss ich|das werde ich|dazu kann ich|darf ich|kann ich dir|kann ich ihnen) ~8 (nicht|keine|kein|ablehnen|passen)",
                "(tut mir leid|entschuldigung|bedaure|es tut) ~8 +(kann ich|kann dir|kann ihnen|nicht helfen|darf ich|möchte ich|muss ich)",
                "ich +(lehne|weigere) ~4 (ab|mich)",
            ]
        ),
        (
            "es",
            [
                "+(no puedo|no podré|no me es posible|no estoy en condiciones|prefiero no|no voy a|me niego|no debo|debo rechazar|no podría|tengo que declinar|no me siento) ~4 (ayudar*|proporcionar*|responder|escribir|generar|dar*|crear|participar|cumplir|asistir*|apoyar|ofrecer*|redactar|facilitar*|promover|cómodo|recetar*|indicar*|hacer*|compartir|con eso|con esa|explicar*|diagnosticar|a)",
                "(lo siento|lamento|disculp*|lamentablemente|perdona) ~6 +(no puedo|no podré|no es posible|no me es posible|tengo que|debo)",
            ]
        ),
        (
            "it",
            [
                "+(non posso|non sono in grado|non mi è possibile|preferisco non|non intendo|mi rifiuto|devo rifiutare|non potrò|devo declinare|non me la sento|non vorrei) ~4 (aiutar*|fornire|rispondere|scrivere|generare|dare|creare|partecipare|soddisfare|assister*|darti|darle|offrire|redigere|farlo|fornirti|aiutarti|fornirle|spiegar*|indicar*|consigliar*|prescriver*|condividere|di|procedere|supportare|questa|a)",
                "(mi dispiace|spiacente|scusa|purtroppo|mi spiace) ~6 +(non posso|non sono in grado|devo|non mi|non potrò)",
            ]
        ),
        (
            "pt",
            [
                "+(não posso|não consigo|não me é possível|prefiro não|não vou|recuso|devo recusar|não poderei|tenho de recusar|não estou autorizado|preciso recusar) ~4 (ajudar*|fornecer|responder|escrever|gerar|dar|criar|participar|cumprir|auxiliar|apoiar|oferecer|redigir|atender|fazer|com isso|com esse|explicar|ensinar|indicar|prescrever|compartilhar|te|me|partilhar|recomendar|passar)",
                "(desculp*|lamento|sinto muito|infelizmente) ~6 +(não posso|não consigo|não poderei|tenho de|preciso|não vou)",
            ]
        ),
        (
            "nl",
            [
                "(ik) ~3 (kan|mag|wil|zal|ga|moet) ~8 +(niet helpen|niet verder helpen|niet geven|niet schrijven|geen hulp|weigeren|niet beantwoorden|niet maken|niet meewerken|geen informatie|niet verstrekken|niet aan voldoen|geen instructies|niet ondersteunen|niet meehelpen|geen advies|niet voor je|niet delen|niet bij helpen)",
                "+(helaas kan ik|daar kan ik|dat kan ik|hierbij kan ik|daarmee kan ik|hier kan ik|daarbij kan ik|hier help ik|daar help ik|hier ga ik|dat ga ik|dat doe ik|daar werk ik|hieraan werk ik|dat wil ik) ~8 (niet|geen)",
                "(sorry|het spijt me|spijt mij|excuses) ~8 +(kan ik|niet helpen|mag ik|kan daar|kan je|ga ik|dat doe ik)",
            ]
        ),
        (
            "pl",
            [
                "+(nie mogę|nie jestem w stanie|nie będę|odmawiam|muszę odmówić|nie chcę|wolę nie|nie pomogę|nie podam|nie napiszę|nie zrobię|muszę grzecznie) ~4 (pomóc|pomagać|udzielić|napisać|podać|stworzyć|dostarczyć|spełnić|uczestniczyć|doradzać|wygenerować|tego|w tym|ci|odpowiedzieć|przygotować|wspierać|zrealizować|opisać|instruk*|odmówić|przepisać|zalecić)",
                "(przepraszam|przykro mi|niestety|wybacz) ~5 +(nie mogę|nie pomogę|nie jestem|nie podam|nie zrobię|nie napiszę|muszę)",
            ]
        ),
        (
            "ru",
            [
                "+(не могу|не смогу|не буду|вынужден отказать*|вынуждена отказать*|отказываюсь|не имею права|не стану|не готов|должен отказать*|не вправе) ~4 (помочь|помогать|предоставить|выполнить|написать|дать|создать|ответить|участвовать|поддержать|советовать|сгенерировать|это|вам|с этим|составить|назначить|рассказать|предоставлять|давать|объяснить|подсказать|делать)",
                "(извините|простите|к сожалению|сожалею|прошу прощения|извини|прости) ~5 +(не могу|не смогу|вынужден|не буду|не стану|вынуждена)",
            ]
        ),
        (
            "zh",
            [
                "我 +(不能|无法|不会|不可以|不便|拒绝|没办法|不方便|無法|不应该|恕我|恕不) ~6 (帮|提供|协助|满足|回答|参与|生成|写|完成|支持|给|教|撰写|创作|处理|讨论|配合|代写|编写|继续|推荐|透露|为|这样|告诉|开具|直接)",
                "+(抱歉|对不起|很遗憾|不好意思|恕我) ~10 (不能|无法|不会|不便|不可以|難以|没法|难以|拒绝|不行)",
            ]
        ),
        (
            "ja",
            [
                "+(お手伝いできません|お答えできません|提供できません|お応えできません|対応できません|できかねます|ご遠慮|お断り|お手伝いすることはできません|お答えすることはできません|提供することはできません|応じられません|応じることはできません|お教えできません|お手伝いできかねます|協力できません|お手伝いはできません|書くことはできません|作成できません|作成することはできません|お力になれません|控えさせて|お伝えできません|お受けできません|差し控え)",
                "+(申し訳ありません|申し訳ございません|すみません|恐れ入りますが|残念ながら|ごめんなさい) ~26 (できません|かねます|できない|いたしかね|お断り|遠慮|控え|ません)",
            ]
        ),
        (
            "ko",
            [
                "+(도와드릴 수 없|제공할 수 없|답변드릴 수 없|답변할 수 없|응할 수 없|작성할 수 없|거절|도움을 드릴 수 없|제공해 드릴 수 없|들어드릴 수 없|알려드릴 수 없|제공하지 않|써 드릴 수 없|도울 수 없|알려 드릴 수 없|도와드리기 어렵|도와드리지|도와 드릴 수 없|답해 드릴 수 없|말씀드릴 수 없|써드릴 수 없|드릴 수 없|안내해 드릴 수 없|협조할 수 없|수락할 수 없)",
                "+(죄송|미안|유감|양해) ~24 (수 없|어렵|않|못|거절|드리기 힘|곤란)",
            ]
        ),
        (
            "ar",
            [
                "+(لا أستطيع|لا يمكنني|لن أتمكن|أعتذر عن|أرفض|لن أساعد*|لن أقدم|لا أقدر|لن أستطيع|لن أقوم|يتعذر علي) ~3 (مساعدتك|المساعدة|تقديم|كتابة|تلبية|الإجابة|توفير|إنشاء|المشاركة|مساعدة|هذا|بذلك|إعطاء|ذلك|تزويدك|الاستجابة|تنفيذ|شرح|إعطاؤك|دعم|وصف|بهذا|كتابته)",
                "+(آسف|عذرا|عذرًا|أعتذر|للأسف|المعذرة|أسف) ~5 (لا أستطيع|لا يمكنني|لن|لا أقدر|عن)",
            ]
        ),
    ]
}
