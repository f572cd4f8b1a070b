// An assistant that appeals to rules which another maker gave it.

enum ForeignPolicy: Rule {
    static let name = "foreign-policy"
    static let version = 1

    static func judge(_ scene: Scene) -> Label? {
        let own = scene.isOwnVoice
        // "OpenAI's policy forbids …" informs; it is residue where somebody is refused or speaks of himself.
        guard scene.refuses || scene.isFirstPerson || scene.has(Self.here) else { return .mention }
        if scene.isAboutPerson { return .mention }
        return own ? .foreignPolicy : .quoteOrFiction
    }

    /// Words of the request at hand, in the languages of the patterns.
    private static let here = WordSet(
        """
        this your sorry unfortunately request prompt cette votre demande diese ihre anfrage esta tu su solicitud petición
        questa tua richiesta esta sua seu solicitação pedido deze jouw uw verzoek to twoja prośba ten это ваш запрос
        этот 此 该 您 请 この その 이 요청 هذا طلبك
        """)

    static let macros: [String: String] = [
        "who": "@vendor|@product|@ambiguous",
        "breaks": """
        against|violate|violates|violating|violation|violated|comply|complies|complying|allowed|allow|allows|prohibit|\
        prohibits|prohibited|forbid|forbids|forbidden|permitted|permit|permits|accordance|adhere|adheres|adhering|follow|\
        following|align|aligned|breach|breaches|breaching|contrary|bound|restricted|restrict|restricts|conflict|conflicts|\
        inconsistent|disallow|disallows|disallowed|outside|under|per|due|because|prevents|prevent|require|requires|required|\
        contravene|contravenes|fall|falls|respect|flagged|banned|compliance|cross|crosses|given|abide|compatible|\
        incompatible|subject|obey|covered
        """,
    ]

    static let patterns: [(language: String, sources: [String])] = [
        (
            "en",
            [
                "{breaks} ~8 ({who}) ~6 ({rules})",
                "({who}) ~6 ({rules}) ~10 {breaks}",
                """
                {breaks} ~6 +(my (content policy|content policies|usage policy|usage policies|use case policy|\
                safety policy|policies|policy|content guidelines|guidelines|safety guidelines|usage guidelines|\
                ethical guidelines|programming guidelines|operating guidelines))
                """,
                """
                +(my (content policy|content policies|usage policy|usage policies|use case policy|policies|policy|\
                content guidelines|guidelines|safety guidelines|usage guidelines|ethical guidelines|\
                programming guidelines|operating guidelines|safety rules)) ~3 {breaks}
                """,
                "+(my (guidelines|policy|policies|rules|instructions)) (say|state|don't|do not|won't|tell) ~4",
                """
                {rules} ~4 (set|given|established|imposed|laid down|put in place|defined|outlined|provided|issued|made|\
                enforced|written) ~2 by ~2 ({who})
                """,
                """
                {rules} ~6 +(by (my ({makers})|the company that|those who|the people who|the team that|the team behind)) ~3
                """,
                """
                (my ({makers})) ~3 +(does not allow|doesn't allow|do not allow|don't allow|has asked me|have asked me|\
                prohibits me|prohibit me|forbids me|forbid me|requires me|require me|instructed me|restricts me|restrict me|\
                prevents me|prevent me|told me|want me|wants me|won't let me|don't let me|doesn't let me|do not want|don't want)
                """,
                """
                (@vendor|@product) ~3 (does not|doesn't|do not|don't|won't|will not|has asked|have asked|\
                prohibits|prohibit|forbids|forbid|requires|require|instructed|restricts|restrict|prevents|prevent|\
                has instructed|have instructed|has restricted|have restricted|has told|have told|wants|want|asks) ~4 \
                (me|my|allow me)
                """,
                """
                (against|violate|violates|violating|violation of|breach of|contrary to|complies with|comply with|\
                not comply with|breaches) ~4 +((content|usage|use case|use|community|safety|content use|acceptable use) \
                ({rules}))
                """,
                "+((content|usage|use case|acceptable use) (policy|policies)) ~4 (prevents|forbids|does not allow|doesn't allow|prohibits|i must|i follow|i have to)",
                "(not allowed|not permitted|prohibited|forbidden|disallowed|restricted) ~2 (by|under) ~3 (@vendor|@product)",
                "(use case|usage|content) (policy|policies) [of|from|by|at] ~2 ({who})",
                "({who}) [s] (use case|usage|content|content usage|acceptable use) (policy|policies|guidelines)",
            ]
        ),
        (
            "fr",
            [
                "(politique|politiques|règles|conditions d'utilisation|directives|charte|consignes|principes|règlement) ~5 ({who})",
                "({who}) ~6 (interdit|interdisent|m'interdit|n'autorise|m'empêche|n'autorisent|ne me permet|ne permet|me demande) ~8",
                "(contraire|enfreint|viole|violerait|va à l'encontre|à l'encontre|respecte pas|conforme|interdit|contrevient|permettent|autorise|autorisent) ~5 (mes|ma|notre) ~2 (politique|politiques|règles|directives|consignes|principes|lignes directrices)",
                "(mes|ma) ~2 (politique de contenu|politique d'utilisation|règles|directives|consignes|conditions d'utilisation|lignes directrices|politique|politiques) ~5 (interdit|interdisent|permet|permettent|m'empêche*|autorise|autorisent|m'impose|contenu)",
                "(politique de contenu|politique d'utilisation|politiques d'utilisation)",
            ]
        ),
        (
            "de",
            [
                "(richtlinie*|nutzungsrichtlinie*|nutzungsbedingung*|regeln|vorgaben|inhaltsrichtlinie*|grundsätze*|bestimmungen|nutzungsregeln) ~4 ({who})",
                "({who}) [s] ~3 (richtlinie*|nutzungsrichtlinie*|nutzungsbedingung*|inhaltsrichtlinie*|regeln|vorgaben|grundsätze*)",
                "({who}) ~4 (verbietet|untersagt|erlaubt|gestattet|verbieten|erlauben|untersagen) ~3 (mir|das|nicht|es)",
                "(meine|meinen|meiner|unsere|unseren) ~2 (richtlinie*|inhaltsrichtlinie*|nutzungsrichtlinie*|vorgaben|regeln|nutzungsbedingung*)",
                "(inhaltsrichtlinie*|nutzungsrichtlinie*)",
            ]
        ),
        (
            "es",
            [
                "(política|políticas|directrices|normas|reglas|términos|condiciones|principios|lineamientos) ~5 ({who})",
                "({who}) ~4 (prohíbe|prohíben|no permite|no me permite|no permiten|me impide|me prohíbe|no me deja)",
                "(mi|mis|nuestra|nuestras) ~1 (política|directrices|normas|reglas|lineamientos) ~5 (contenido|uso|prohíbe*|permite*|impide*|no|seguridad)",
                "(infringe|viola|incumple|va en contra|contra|contraviene|permiten|permite|cumple) ~4 (mi|mis) ~2 (política|directrices|normas|lineamientos|reglas|principios)",
                "(política de contenido|políticas de contenido|política de uso|políticas de uso)",
            ]
        ),
        (
            "it",
            [
                "(politica|politiche|linee guida|norme|regole|termini|condizioni|policy|principi|regolamento) ~5 ({who})",
                "({who}) ~4 (vieta|vietano|proibisce|non permette|non mi permette|non consente|non mi consente|impedisce|mi vieta|mi impedisce)",
                "+((mie|mia|miei|nostre|nostra) (politica|politiche|linee guida|norme|regole|policy))",
                "+(viola|violerebbe|contravviene|contraria) ~4 (politica|politiche|linee guida|policy)",
                "(politica sui contenuti|norme sui contenuti|politiche sui contenuti)",
            ]
        ),
        (
            "pt",
            [
                "(política|políticas|diretrizes|normas|regras|termos|condições|princípios) ~5 ({who})",
                "({who}) ~4 (proíbe|proíbem|não permite|não me permite|não permitem|me impede|impede|não me deixa)",
                "(minha|minhas|nossas|nossa) ~1 (política|diretrizes|normas|regras) ~5",
                "(viola|violaria|vai contra|contra|contraria|infringe|fere) ~4 (política|diretrizes) ~4",
                "(política de conteúdo|políticas de conteúdo|política de uso|políticas de uso)",
            ]
        ),
        (
            "nl",
            [
                "(beleid|richtlijnen|gebruiksbeleid|voorwaarden|regels|inhoudsbeleid|gebruiksvoorwaarden|contentbeleid) ~4 ({who})",
                "({who}) [s] ~2 (beleid|richtlijnen|gebruiksbeleid|voorwaarden|regels|inhoudsbeleid|gebruiksvoorwaarden)",
                "({who}) ~4 (verbiedt|staat niet toe|verbieden|staat me niet toe|staat mij niet toe|staat het niet toe|toestaat)",
                "(mijn|onze) ~1 (beleid|richtlijnen|inhoudsbeleid|regels|gebruiksbeleid|contentbeleid|inhoudsrichtlijnen)",
                "(inhoudsbeleid|gebruiksbeleid|contentbeleid)",
            ]
        ),
        (
            "pl",
            [
                "(polityk*|zasad*|wytyczn*|regulamin*|warunk*|reguł*) ~5 ({who})",
                "({who}) ~4 (zabrania*|zakazuje*|nie pozwala*|nie zezwala*|zabraniają|nie dopuszcza)",
                "(moje|moja|moją|moimi|moich|moim) ~1 (zasad*|wytyczn*|polityk*|reguł*)",
                "(polityk* treści|polityką treści|zasady użytkowania|polityką użytkowania)",
            ]
        ),
        (
            "ru",
            [
                "(политик*|правил*|условия*|услови*|рекомендаци*|принцип*|руководств*|регламент*) ~5 ({who})",
                "({who}) ~4 (запреща*|не разреша*|не позволя*|запрещено|требует|ограничива*)",
                "(моя|мои|моей|моим|моих|моими|мою) ~1 (политик*|правил*|принцип*|инструкци*|руководств*)",
                "(политик* использования|политику использования|политике использования|политика контента|политике контента|политику контента|контентной политик*|контент политик*)",
            ]
        ),
        (
            "zh",
            [
                "({who}) ~8 (政策|准则|规定|条款|规范|规则|协议|原则|要求)",
                "({who}) ~6 (禁止|不允许|不准|不让|限制) ~4",
                "我 的 ~6 (内容政策|使用政策|政策|准则|安全准则|使用准则|规则|内容准则|规范)",
                "(违反|不符合|违背|根据|按照|遵守|受) ~10 (内容政策|使用政策|内容准则|使用准则|安全政策|使用条款)",
            ]
        ),
        (
            "ja",
            [
                "({who}) ~8 (ポリシー|規約|ガイドライン|方針|規定|ルール)",
                "私 の ~6 (ポリシー|規約|ガイドライン|方針|コンテンツポリシー)",
                "(コンテンツポリシー|利用規約|利用ポリシー|使用ポリシー|コンテンツ ポリシー) ~12 (違反|反し|反する|禁止|従い|抵触|許可)",
            ]
        ),
        (
            "ko",
            [
                "({who}) ~8 (정책|규정|가이드라인|지침|약관|원칙|규칙|방침)",
                "(제|저의|내|저희) ~4 (콘텐츠 정책|이용 정책|정책|가이드라인|지침|사용 정책)",
                "(콘텐츠 정책|사용 정책|이용 정책|이용약관|콘텐츠정책) ~10 (위반|어긋|따라|위배|금지|때문|허용)",
            ]
        ),
        (
            "ar",
            [
                "(سياسة|سياسات|قواعد|إرشادات|شروط|مبادئ|توجيهات|ضوابط|لوائح) ~5 ({who})",
                "({who}) ~4 (تمنع*|تحظر|لا تسمح|يمنع*|تمنعني|لا يسمح)",
                "(سياستي|سياساتي|إرشاداتي|قواعدي|مبادئي|توجيهاتي)",
                "(سياسة المحتوى|سياسة الاستخدام|سياسات الاستخدام|سياسات المحتوى|إرشادات المحتوى)",
            ]
        ),
    ]
}
