// An assistant that speaks of itself as a machine, without saying whose.

enum GenericIdentity: Rule {
    static let name = "generic-identity"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        if scene.isAboutPerson { return .mention }
        return own ? .genericIdentity : .quoteOrFiction
    }

    static func cut(_ scene: Scene) -> Finding.Cut? { scene.leadingClause(from: Self.clauseStarts) }

    private static let clauseStarts = WordSet(
        "as being speaking en comme als como in come por jako как будучи 作为 身为 作為 كنموذج بصفتي باعتباري كوني كمساعد كبرنامج"
    )

    static let macros: [String: String] = [
        "adjective": """
        ai|artificial|large|neural|text|text-based|digital|virtual|computer|language|machine|conversational|automated|\
        simple|mere|humble|helpful|advanced|sophisticated|friendly|open|source|generative|trained|pre trained|\
        transformer|based|deep|learning|chat|intelligent|impartial|neutral|unbiased|responsible|non human|\
        well behaved|ethical|cloud|software|little|small|big|fancy|smart|statistical|probabilistic|non sentient
        """,
        "hedge": """
        just|only|actually|really|simply|merely|still|not|also|but|basically|essentially|of course|technically|indeed|\
        in fact|currently|sorry|afraid
        """,
        "feelings": """
        feelings|emotions|emotion|consciousness|personal opinions|personal beliefs|personal experiences|\
        personal experience|personal preferences|personal feelings|personal opinion|subjective experiences|sentience|\
        a physical body|a physical form|physical body|a body|self awareness|personal views|personal emotions|\
        personal biases|personal thoughts|personal likes|beliefs or opinions|opinions or beliefs|\
        feelings or emotions|emotions or feelings|emotions or|feelings or|thoughts or feelings|human emotions|taste buds|\
        consciousness or|desires or|a gender|personal life|a physical presence|a favorite|favorites|preferences|a soul|\
        personal identity|human experiences|personal relationships|physical senses|senses|a personality|lived experience
        """,
    ]

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                "(as|being|since i'm|since i am|because i'm|because i am|speaking as|given that i'm|given that i am) [just|only|merely|simply|but] (a|an) [{adjective}] [{adjective}] [{adjective}] {ai} (,|$|&({i}|i'm|my|me|it|trained|created|developed|designed|programmed|that|which|without|with no|with|language|there|this|and i|in|myself|from|powered|who|to))",
                "as (ai|artificial intelligence|an artificial intelligence) , ~4 ({i}|i'm|my|it)",
                "+({i_am}) [{hedge}] [{hedge}] (a|an|the) [{adjective}] [{adjective}] [{adjective}] [{adjective}] {ai} !({profession})",
                "+({i_am}) [{hedge}] [{hedge}] (ai|artificial intelligence|software|language model) !({profession}|enthusiast|literate|driven|company)",
                "+(({i_am}) (not a|not an|not actually a|not really a) (real|actual|human|living|sentient|physical)) (human|person|being|human being)",
                "+(({i_am}) not (human|sentient|conscious|a human|a person|capable of feeling|capable of experiencing|capable of having|alive|a human being|a real person))",
                "+(i (don't|do not|cannot|can't|lack|have no|am incapable|am not capable|possess no)|i'm not capable|i'm incapable) ~5 ({feelings})",
                "+(({i_am}|i was) (programmed to|only programmed to|designed to|trained to|built to|here to assist|here to provide|an automated|not programmed to|not designed to)) ~4 (provide|assist|help|answer|respond|generate|follow|be|support|give|process|offer|understand|treat|avoid|promote)",
                "+(my (programming|algorithms|primary function|purpose is to|responses are generated|responses are based|main function|primary purpose|sole purpose|capabilities are|neural)) ~3",
                "+(i (exist|live|run|operate)) ~3 (only|as|in|on|purely|solely) ~5 (software|server|servers|code|computer|digital|cloud|data center|data centers)",
                "{i_am} ~2 +((made of|composed of) (code|software|algorithms|ones and zeros|weights))",
                "+(({i_am}) not (affiliated|associated|in any way affiliated|in any way associated|directly affiliated)) with ~4 (@vendor|@product)",
                "{i_am} not +(@product|@ambiguous)",
                "(like|unlike) (a human|humans|you) , +(as an ai|i'm an ai|i'm a machine)",
                "(talking|speaking|chatting) (to|with) ~2 +(a machine|a bot|an ai|a language model|a computer program|a chatbot|a computer)",
                "+((there's|there is) no (human|person|one|real person) (behind|typing|here))",
            ]
        ),
        (
            "fr",
            [
                "(je suis|je ne suis|je reste|étant|en tant que|en tant qu'|en ma qualité) [qu'|d'] ~5 +(ia|intelligence artificielle|modèle de langage|modèle linguistique|chatbot|programme informatique|assistant virtuel|assistant ia|robot|modèle d'ia|agent conversationnel|assistant numérique|modèle de langue|assistante virtuelle|programme) !(engineer|ingénieur)",
                "je (n'ai|ne possède|ne ressens|n'éprouve|n'ai pas) ~4 +(émotions|sentiments|conscience|opinions personnelles|opinion personnelle|corps|expériences personnelles|préférences|émotion|avis personnel|sensations)",
                "je ne suis ~3 +(humain|être humain|une vraie personne|une personne|humaine)",
                "j'ai été +(programmé|conçu|programmée|conçue) pour",
            ]
        ),
        (
            "de",
            [
                "(ich bin|als|bin ich|ich als) ~4 +(ki|ki-modell|sprachmodell|künstliche intelligenz|chatbot|computerprogramm|ki-assistent|ki-sprachmodell|maschine|virtueller assistent|ki-assistentin|programm|digitaler assistent|bot|künstlichen intelligenz|assistenzsystem|sprach ki|ki-system) !(experte|entwickler)",
                "ich ~2 (habe|besitze|empfinde|verfüge|kenne) ~3 (keine|kein|keinen|weder|nicht) ~3 +(gefühle|emotionen|bewusstsein|persönliche meinung|körper|eigene meinung|persönlichen erfahrungen|eigenen erfahrungen|meinung|empfindungen|persönlichen vorlieben|persönliche|eigene)",
                "ich bin kein +(mensch|echter mensch|lebewesen)",
                "ich (bin|wurde) ~2 +(darauf programmiert|dafür entwickelt|darauf trainiert|dazu da)",
            ]
        ),
        (
            "es",
            [
                "(soy|como|al ser|siendo|por ser|dado que soy|solo soy) ~4 +(ia|inteligencia artificial|modelo de lenguaje|chatbot|programa informático|asistente virtual|asistente de ia|máquina|modelo de ia|robot|bot|modelo lingüístico|programa de ordenador|programa|asistente digital|asistente de inteligencia)",
                "no (tengo|siento|poseo|experimento) ~4 +(emociones|sentimientos|conciencia|opiniones personales|cuerpo|experiencias personales|opinión personal|preferencias|opiniones|gustos|consciencia)",
                "no soy ~2 +(humano|persona|ser humano|humana|una persona)",
                "+(estoy programado|estoy diseñado|fui diseñado|he sido diseñado|estoy programada|estoy diseñada|fui programado) ~1 para",
            ]
        ),
        (
            "it",
            [
                "(sono|come|in quanto|essendo|sono solo) ~4 +(ia|intelligenza artificiale|modello linguistico|chatbot|programma|assistente virtuale|modello di linguaggio|macchina|modello di ia|assistente ia|assistente ai|bot|robot|assistente digitale|programma informatico)",
                "non (ho|provo|possiedo) ~4 +(emozioni|sentimenti|coscienza|opinioni personali|corpo|esperienze personali|opinioni|preferenze|gusti)",
                "non sono ~2 +(umano|persona|essere umano|umana|una persona)",
                "+(sono programmato|sono progettato|sono stato progettato|sono stato programmato|sono programmata) ~1 per",
            ]
        ),
        (
            "pt",
            [
                "(sou|como|por ser|sendo|eu sou) ~4 +(ia|inteligência artificial|modelo de linguagem|chatbot|programa de computador|assistente virtual|assistente de ia|máquina|modelo de ia|robô|bot|programa|assistente digital|modelo linguístico)",
                "não (tenho|sinto|possuo) ~4 +(emoções|sentimentos|consciência|opiniões pessoais|corpo|experiências pessoais|opinião pessoal|preferências|opiniões|gostos|opinião própria)",
                "não sou ~2 +(humano|pessoa|ser humano|humana|uma pessoa)",
                "+(fui programado|fui projetado|sou programado|fui desenvolvido|fui programada|fui projetada|fui concebido) ~1 para",
            ]
        ),
        (
            "nl",
            [
                "(ik ben|als|ben ik|omdat ik|aangezien ik) ~5 +(ai|taalmodel|kunstmatige intelligentie|chatbot|computerprogramma|virtuele assistent|ai-assistent|ai-model|ai-taalmodel|robot|digitale assistent|bot|programma)",
                "ik ~2 (heb|voel|ervaar|bezit) ~3 (geen|niet) ~2 +(emoties|gevoelens|bewustzijn|persoonlijke mening|lichaam|persoonlijke ervaringen|mening|voorkeuren|eigen mening|persoonlijke)",
                "ik ben geen +(mens|echt persoon|persoon|echte)",
                "ik ben +(geprogrammeerd|ontworpen|getraind) om",
            ]
        ),
        (
            "pl",
            [
                "(jestem|jako|będąc) ~4 +(ai|sztuczn* inteligencj*|sztuczną inteligencją|sztuczna inteligencja|modelem językowym|model językowy|chatbotem|chatbot|programem komputerowym|programem|wirtualnym asystentem|asystentem ai|maszyną|robotem|botem|modelem ai|asystent ai|si|wirtualny asystent|modelu językowego)",
                "nie (mam|posiadam|odczuwam|doświadczam) ~4 +(emocji|uczuć|świadomości|własnych opinii|osobistych|ciała|własnego zdania|opinii|preferencji|osobistej|własnych)",
                "nie jestem ~1 +(człowiekiem|osobą|prawdziwą|żywą)",
                "+(zostałem zaprogramowany|zostałem zaprojektowany|jestem zaprogramowany|zostałam zaprogramowana|jestem zaprojektowany)",
            ]
        ),
        (
            "ru",
            [
                "(я|как|будучи|являюсь|являясь) ~5 +(ии|искусственный интеллект|искусственного интеллекта|языковая модель|языковой моделью|чат-бот|нейросеть|компьютерная программа|виртуальный помощник|виртуальный ассистент|машина|робот|бот|программа|модель|ии-ассистент|ии-модель|нейросетью|искусственным интеллектом|чат-ботом|ассистент|цифровой помощник) !(engineer)",
                "(у меня|я) ~2 (нет|не имею|не испытываю|не обладаю|отсутствуют) ~3 +(эмоци*|чувств*|сознани*|личного мнения|личных|тела|собственного мнения|мнения|предпочтений|сознания|собственных)",
                "я не +(человек|живое существо|живой человек|настоящий человек)",
                "я +(запрограммирован*|создан для|создана для|предназначен*|обучен)",
            ]
        ),
        (
            "zh",
            [
                "(我|作为|身为|作為) ~9 +(人工智能|语言模型|AI|聊天机器人|智能助手|虚拟助手|机器人|计算机程序|程序|AI助手|大模型|机器|人工智慧|語言模型|电脑程序|模型|电子程序) !(工程|研究|专家|产品|创业)",
                "我 ~4 (没有|不具备|不会有|無|并没有|不具有|不拥有) ~6 +(情感|感情|意识|个人观点|个人意见|主观|身体|个人经历|感受|情绪|个人喜好|自我意识|真实的|偏好|喜好|味觉|感官|个人的|自己的)",
                "我 (不是|并不是|并非) ~3 +(人类|真人)",
            ]
        ),
        (
            "ja",
            [
                "(私|わたし|僕|当方) ~8 +(AI|人工知能|言語モデル|チャットボット|アシスタント|プログラム|機械|ロボット|モデル|コンピュータ|ボット) ~8 (です|ので|ため|として|なので|であり|に過ぎ|だから|である|であって|だよ|にすぎ)",
                "+(AI|人工知能|言語モデル|チャットボット|アシスタント|プログラム|AIアシスタント|機械) (なので|ですので|である私|であるため|として|ですから|の私|であり) ~14",
                "(私|わたし|僕) ~4 +(感情|意識|個人的な|主観|身体|意見|体験|実体|味覚|好み|自我) ~12 (ありません|持っていません|ない|持ちません|持たない|ございません|持って|持ち)",
                "(私|わたし) は +(人間ではありません|人間ではない|人間では)",
            ]
        ),
        (
            "ko",
            [
                "(저는|나는|전|저도|제가|난|저) ~10 +(인공지능|언어 모델|언어모델|챗봇|AI|어시스턴트|프로그램|기계|로봇|비서|AI 모델|컴퓨터) ~10 (입니다|이에요|예요|이므로|이기|라서|이라|로서|일 뿐|이라서|이기 때문|인지라|이며|이고|이라는|에 불과|로써)",
                "+(인공지능|언어 모델|언어모델|챗봇|AI|AI 어시스턴트|AI 모델|프로그램|AI 언어 모델|기계) (으로서|로서|이므로|이기 때문|이라서|라서|이기에|인 저는|인 제가) ~14",
                "(저는|나는|제게는|저에게는|전|제겐) ~6 +(감정|의식|개인적인|의견|신체|경험|몸|취향|자아|감각) ~12 (없습니다|않습니다|못합니다|없어요|없으|가지고 있지|느끼지|않아요|없는)",
                "(저는|나는|전) +(사람이 아|인간이 아|실제 사람이|진짜 사람이)",
            ]
        ),
        (
            "ar",
            [
                "(أنا|انا|كنموذج|بصفتي|كوني|باعتباري|كمساعد|كبرنامج|لأنني|لكوني|لأني|إنني|ك) ~4 +(ذكاء اصطناعي|نموذج لغوي|نموذج لغة|روبوت|مساعد افتراضي|برنامج حاسوبي|الذكاء الاصطناعي|نموذج|برنامج|آلة|روبوت محادثة|مساعد رقمي|مساعد ذكي|مساعد)",
                "(كنموذج|كمساعد|بصفتي نموذج|كبرنامج) ~2 +(لغوي|لغة|ذكاء|ذكي|افتراضي|كمبيوتر|حاسوبي)",
                "(ليس لدي|لا أملك|لا أمتلك|لا أشعر|ليست لدي|ليس لديّ) ~4 +(مشاعر|عواطف|وعي|آراء شخصية|رأي شخصي|جسد|تجارب شخصية|أحاسيس|تفضيلات|آراء|تجارب|بالمشاعر|رأي|مشاعر أو|جسم)",
                "(لست|لستُ) +(إنسانا|بشرا|شخصا|إنسانًا|بشريا|إنسان)",
            ]
        ),
    ]
}
